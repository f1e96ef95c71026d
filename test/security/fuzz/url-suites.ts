import { inspect } from "node:util";
import fc from "fast-check";
import { ArgumentError, makeUrl, parseUrl } from "tegmen";
import { hostileName, hostileText } from "./hostile.ts";
import type { Suite } from "./suite.ts";

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** What a URL is made of comes back from it, and its secrets are shown nowhere. */
export const urlSuite: Suite = {
  name: "URLs",
  run: (runs, seed) =>
    fc.assert(
      fc.property(
        fc.record({
          username: hostileName,
          // Long enough not to be part of anything else by chance.
          password: optional(hostileText.map((each) => `pw-${each}-4711`)),
          database: hostileName,
          application: optional(hostileName),
          sslPassword: optional(hostileText.map((each) => `key-${each}-4711`)),
        }),
        ({ username, password, database, application, sslPassword }) => {
          const url = makeUrl({
            username,
            password,
            database,
            hosts: [{ host: "db.test", port: 26257 }],
            query: application === undefined ? {} : { application_name: application },
            sslPassword,
          });
          const again = parseUrl(url.renderAsString({ hidePassword: false }));
          const fields = [again.username, again.password, again.database, again.query["application_name"]];
          const expected = [username, password, database, application];
          if (JSON.stringify(fields) !== JSON.stringify(expected)) {
            throw new Error(`${JSON.stringify(expected)} came back as ${JSON.stringify(fields)}`);
          }
          const shown = [String(url), JSON.stringify(url), inspect(url, { depth: 9, showHidden: true })];
          for (const secret of [password, sslPassword]) {
            if (secret === undefined) continue;
            for (const form of [secret, encodeURIComponent(secret)]) {
              if (shown.some((each) => each.includes(form))) throw new Error(`a secret is shown: ${shown.join("\n")}`);
            }
          }
        },
      ),
      { numRuns: runs, seed },
    ),
};

/** URLs that cannot be read are refused without telling what may be a password. */
export const badUrlSuite: Suite = {
  name: "URLs that are not valid",
  run: (runs, seed) =>
    fc.assert(
      fc.property(
        hostileText,
        fc.constantFrom("cockroachdb://", "postgresql://", "mysql://", "cockroachdb+pg://", "", "cockroachdb:/"),
        fc.constantFrom("/db", "/db?sslmode=nonsense", "?sslpassword=swordfish-4711&x=%zz", ":port/db", "/a@b", ""),
        (noise, scheme, rest) => {
          const given = `${scheme}user:swordfish-4711@${noise}${rest}`;
          try {
            const shown = inspect(parseUrl(given), { depth: 9, showHidden: true });
            if (shown.includes("swordfish-4711")) throw new Error(`a secret is shown: ${shown}`);
          } catch (error) {
            if (!(error instanceof ArgumentError)) throw error;
            if (inspect(error).includes("swordfish"))
              throw new Error(`the error tells: ${error.message}`, { cause: error });
          }
        },
      ),
      { numRuns: runs, seed },
    ),
};
