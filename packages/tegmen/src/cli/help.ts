/** The commands there are, in the order of the help. */
export const commandNames = ["demo", "sql"] as const;

/** A command of the program. */
export type CommandName = (typeof commandNames)[number];

/** `tegmen --help` */
export const mainHelp: string = `\
tegmen: the SQL toolkit and ORM for CockroachDB

Usage
  tegmen <command> [options]

Commands
  demo    start a temporary cluster and open a SQL shell on it
  sql     open a SQL shell, or run statements

Options
  -h, --help       show this text; after a command, that command's
  -V, --version    show the version
`;

const demoHelp = `\
Start a temporary cluster, print how to connect to it, and open a SQL shell.
Everything is gone when it ends, unless --persist keeps the data.

A real cockroach binary is used when COCKROACH_BINARY names one or one is on PATH;
otherwise, and with --secure or --persist, an emulation of CockroachDB on an embedded
PostgreSQL, from the package @tegmen/demo.

Usage
  tegmen demo [options]
  tegmen demo --stop [--port N | --all]

Options
  --port N          port on 127.0.0.1; 0 for any that is free
                    (default 26257, or a free one if that is taken)
  --database NAME   database to create and to connect to (default defaultdb)
  --secure          require TLS; root has a client certificate, the user demo a password
  --persist DIR     keep the data in this folder, and go on with what is there
  --no-shell        no SQL shell: run until Ctrl-C or SIGTERM
  --background      go on in the background; prints the URL and the process id
  --stop            end the cluster that runs in the background
  --all             with --stop: end all of them
  -h, --help        show this text

Examples
  tegmen demo
  tegmen demo --background --database bank
  tegmen demo --secure --persist ./data
  echo "SELECT version()" | tegmen demo
`;

const sqlHelp = `\
Open a SQL shell; or run the statements of -e or of standard input, and stop at the
first error.

Usage
  tegmen sql [--url URL] [-e STATEMENT]... [options]

Options
  -u, --url URL            where to connect to; by default the environment variable
                           COCKROACHDB_URL or DATABASE_URL, else
                           cockroachdb://root@localhost:26257/defaultdb
  -e, --execute STATEMENT  run this and exit; may be given several times
  --format FORMAT          table, tsv, csv or records
                           (default table on a terminal, else tsv)
  --allow-postgres         accept a server that is not CockroachDB
  -h, --help               show this text

Exit codes
  0  all statements succeeded     1  one failed, or no connection     2  wrong usage

Examples
  tegmen sql --url "cockroachdb://root@localhost:26257/bank?sslmode=disable"
  tegmen sql -e "SELECT * FROM accounts" --format csv
  tegmen sql < schema.sql
`;

/** `tegmen <command> --help` */
export const commandHelp: Readonly<Record<CommandName, string>> = { demo: demoHelp, sql: sqlHelp };
