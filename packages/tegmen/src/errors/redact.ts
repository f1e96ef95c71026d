const urlCredentials = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/]*)@/gi;
const urlSecretOptions = /([?&](?:password|sslpassword)=)[^&\s'"]*/gi;
const passwordLiteral = /\b(password\s*(?:=\s*)?)(?:e|b|x)?'(?:[^'\\]+|''|\\[^])*'?/gi;

/**
 * Takes passwords out of text that is about to be shown: credentials of URLs, and the literal after `PASSWORD` in
 * statements such as `CREATE USER`.
 *
 * @param text what a server, a driver or a program wrote
 * @returns the same text with `***` in place of each secret
 */
export function redactSecrets(text: string): string {
  return text
    .replace(urlCredentials, (_, scheme: string, credentials: string) => {
      const colon = credentials.indexOf(":");
      return colon === -1 ? `${scheme}${credentials}@` : `${scheme}${credentials.slice(0, colon)}:***@`;
    })
    .replace(urlSecretOptions, "$1***")
    .replace(passwordLiteral, "$1'***'");
}
