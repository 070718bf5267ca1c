/** Finds where a text stops being JSON; what JSON.parse says of it differs between versions of Node. */

const space = /[\t\n\r ]*/y;
const openBrace = /[\t\n\r ]*\{/y;
const closeBrace = /[\t\n\r ]*\}/y;
const openBracket = /[\t\n\r ]*\[/y;
const closeBracket = /[\t\n\r ]*\]/y;
const comma = /[\t\n\r ]*,/y;
const colon = /[\t\n\r ]*:/y;
const string = /[\t\n\r ]*"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const numberOrWord =
  /[\t\n\r ]*(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** Position of the first token that cannot stand where it does; the length of the text where one is missing. */
export function findJsonError(text: string): number {
  let position = 0;
  const take = (token: RegExp): boolean => {
    token.lastIndex = position;
    const found = token.test(text);
    if (found) position = token.lastIndex;
    return found;
  };
  const list = (item: () => boolean, close: RegExp): boolean => {
    if (take(close)) return true;
    do {
      if (!item()) return false;
    } while (take(comma));
    return take(close);
  };
  const member = (): boolean => take(string) && take(colon) && value();
  const value = (): boolean => {
    if (take(openBrace)) return list(member, closeBrace);
    if (take(openBracket)) return list(value, closeBracket);
    return take(string) || take(numberOrWord);
  };
  value();
  take(space);
  return position;
}
