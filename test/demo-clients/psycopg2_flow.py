"""The flow of a Python program on CockroachDB, by psycopg2. Takes the URL; ends with 0 if all was as expected."""

import datetime
import decimal
import io
import sys
import threading
import uuid

import psycopg2
import psycopg2.errors
import psycopg2.extras

url = sys.argv[1]
psycopg2.extras.register_uuid()


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}")


def run_transaction(connection, work):
    """Runs work(cursor) until it has not met another transaction."""
    while True:
        try:
            with connection, connection.cursor() as cursor:
                return work(cursor)
        except psycopg2.errors.SerializationFailure:
            pass


connection = psycopg2.connect(url)
equal(connection.encoding, "UTF8")
equal(connection.get_parameter_status("crdb_version")[:16], "CockroachDB CCL ")

with connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE accounts (id INT8 PRIMARY KEY, owner STRING NOT NULL UNIQUE, balance INT8 NOT NULL)")
    cursor.execute(
        """CREATE TABLE kinds (
             id UUID PRIMARY KEY, d DECIMAL, b BYTES, at TIMESTAMPTZ, j JSONB, a INT8[], f FLOAT8, day DATE, iv INTERVAL, t BOOL
           )"""
    )

# values of all kinds, there and back
row = {
    "id": uuid.UUID("66a82271-9001-4d08-86a8-37c1c1938b4f"),
    "d": decimal.Decimal("1.50"),
    "b": b"\x00\xff'\\",
    "at": datetime.datetime(2021, 11, 16, 10, 20, 30, 456789, tzinfo=datetime.timezone.utc),
    "j": {"a": [1, None]},
    "a": [1, 2, 3],
    "f": 0.1,
    "day": datetime.date(2021, 11, 16),
    "iv": datetime.timedelta(days=1, seconds=5, microseconds=6),
    "t": True,
}
with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
    names = ", ".join(row)
    marks = ", ".join(f"%({name})s" for name in row)
    cursor.execute(f"INSERT INTO kinds ({names}) VALUES ({marks})", {**row, "j": psycopg2.extras.Json(row["j"])})
    cursor.execute(f"SELECT {names} FROM kinds")
    found = dict(cursor.fetchone())
    found["b"] = bytes(found["b"])
    equal(found, row)

# many rows at once, with what they became
with connection, connection.cursor() as cursor:
    rows = [(n, f"owner {n}", n * 10) for n in range(1, 21)]
    returned = psycopg2.extras.execute_values(
        cursor, "INSERT INTO accounts VALUES %s RETURNING id", rows, page_size=100, fetch=True
    )
    equal(len(returned), 20)
    cursor.execute("SELECT count(*), sum(balance)::INT8 FROM accounts WHERE id = ANY(%s)", ([1, 2, 3],))
    equal(cursor.fetchone(), (3, 60))

# a schema change, and upserts
with connection, connection.cursor() as cursor:
    cursor.execute("ALTER TABLE accounts ADD COLUMN note STRING NOT NULL DEFAULT 'none'")
with connection, connection.cursor() as cursor:
    cursor.execute("UPSERT INTO accounts (id, owner, balance) VALUES (1, 'owner 1', 11), (21, 'owner 21', 21)")
    equal(cursor.rowcount, 2)
    cursor.execute("SELECT balance, note FROM accounts WHERE id = 21")
    equal(cursor.fetchall(), [(21, "none")])

# rows by COPY; copy_from writes DELIMITER AS, which CockroachDB refuses
with connection, connection.cursor() as cursor:
    rows = io.StringIO("30\tthirty\t300\n31\tthirty-one\t310\n")
    cursor.copy_expert("COPY accounts (id, owner, balance) FROM STDIN", rows)
    equal(cursor.rowcount, 2)

# errors: the class tells the code, the diagnostics the constraint
try:
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO accounts (id, owner, balance) VALUES (1, 'again', 0)")
    raise AssertionError("a duplicate key was taken")
except psycopg2.errors.UniqueViolation as error:
    equal(error.diag.constraint_name, "primary")
try:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")
    raise AssertionError("a table that does not exist was read")
except psycopg2.errors.UndefinedTable as error:
    equal(str(error), 'relation "nowhere" does not exist\n')

# transactions that meet each other, retried
def transfer():
    own = psycopg2.connect(url)
    own.set_session(isolation_level="SERIALIZABLE")

    def work(cursor):
        cursor.execute("SELECT balance FROM accounts WHERE id = 20")
        (balance,) = cursor.fetchone()
        cursor.execute("UPDATE accounts SET balance = %s WHERE id = 20", (balance - 1,))
        cursor.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 19")

    for _ in range(5):
        run_transaction(own, work)
    own.close()


threads = [threading.Thread(target=transfer) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with connection, connection.cursor() as cursor:
    cursor.execute("SELECT balance FROM accounts WHERE id IN (19, 20) ORDER BY id")
    equal(cursor.fetchall(), [(210,), (180,)])

# statements outside of transactions
connection.autocommit = True
with connection.cursor() as cursor:
    cursor.execute("SHOW TRANSACTION STATUS")
    equal(cursor.fetchone(), ("NoTxn",))
connection.close()
print(f"psycopg2 {psycopg2.__version__}: all as expected")
