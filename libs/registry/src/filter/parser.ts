import { selectorParts, tokenize, type Token } from './lexer.js';
import { FilterError, type Expression, type Operator } from './syntax.js';

/** Parentheses and `not` may nest this deep: each level is a call of the parser and of the evaluation. */
const MAX_DEPTH = 64;
/** Longest filter, in UTF-16 code units. */
const MAX_LENGTH = 4096;

/**
 * Parses Consul's filter language (https://developer.hashicorp.com/consul/api-docs/features/filtering), loosest first:
 *
 * ```text
 * or      = and { "or" and }
 * and     = not { "and" not }
 * not     = "not" not | "(" or ")" | match
 * match   = selector ( "==" | "!=" | ["not"] ("contains" | "matches") ) value
 *         | selector "is" ["not"] "empty"
 *         | value ["not"] "in" selector
 * ```
 *
 * @throws FilterError
 */
export function parseFilter(filter: string): Expression {
  if (filter.length > MAX_LENGTH) throw new FilterError(`longer than ${MAX_LENGTH} characters`);
  const parser = new Parser(tokenize(filter));
  return parser.parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#or();
    if (this.#peek().kind !== 'end') throw this.#unexpected('"and", "or" or the end');
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#takeWord('and')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new FilterError(`nested deeper than ${MAX_DEPTH}`);
    const expression = this.#takeWord('not') ? ({ kind: 'not', operand: this.#not() } as const) : this.#primary();
    this.#depth--;
    return expression;
  }

  #primary(): Expression {
    if (!this.#take('symbol', '(')) return this.#match();
    const expression = this.#or();
    if (!this.#take('symbol', ')')) throw this.#unexpected('")"');
    return expression;
  }

  #match(): Expression {
    const first = this.#operand('a selector or a value');
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) {
      const selector = this.#selector(this.#operand('a selector'));
      return { kind: 'match', selector, operator: negated ? 'not in' : 'in', value: first.text };
    }
    const operator = this.#operator(negated);
    const value = operator.startsWith('is ') ? '' : this.#operand('a value').text;
    return { kind: 'match', selector: this.#selector(first), operator, value };
  }

  #operator(negated: boolean): Operator {
    for (const word of ['contains', 'matches'] as const) {
      if (this.#takeWord(word)) return negated ? `not ${word}` : word;
    }
    if (negated) throw this.#unexpected('"in", "contains" or "matches"');
    if (this.#take('symbol', '==')) return '==';
    if (this.#take('symbol', '!=')) return '!=';
    if (!this.#takeWord('is')) throw this.#unexpected('an operator');
    const not = this.#takeWord('not');
    if (!this.#takeWord('empty')) throw this.#unexpected('"empty"');
    return not ? 'is not empty' : 'is empty';
  }

  #operand(expected: string): Token {
    const token = this.#peek();
    if (token.kind === 'symbol' || token.kind === 'end') throw this.#unexpected(expected);
    this.#next++;
    return token;
  }

  #selector(token: Token): string[] {
    if (token.kind !== 'word')
      throw new FilterError(`column ${token.at}: ${JSON.stringify(token.text)} is no selector`);
    return selectorParts(token.text);
  }

  #takeWord(word: string): boolean {
    return this.#take('word', word);
  }

  #take(kind: Token['kind'], text: string): boolean {
    const token = this.#peek();
    if (token.kind !== kind || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #unexpected(expected: string): FilterError {
    const { at, text } = this.#peek();
    return new FilterError(`column ${at}: no match found at ${JSON.stringify(text)}, expected ${expected}`);
  }
}
