import { describe, expect, it } from 'vitest';
import { findSubCommand, operandsOf, type SubCommand } from './sub-command.js';

function command(name: string, operands: number): SubCommand {
  return { name, operands, usage: 'NAME', summary: '', run: () => Promise.resolve() };
}

const add = command('user add', 1);
const list = command('list', 0);

describe('findSubCommand', () => {
  it('finds a command by its words, whatever follows, and none where there is no word', () => {
    expect(findSubCommand([add, list], ['user', 'add', 'ann'])).toBe(add);
    expect(findSubCommand([add, list], ['list', 'x'])).toBe(list);
    expect(findSubCommand([add, list], [])).toBeUndefined();
  });

  it.each([[['user']], [['add', 'user']], [['lists']], [['user', 'adds']]])('knows no %j', (words) => {
    expect(() => findSubCommand([add, list], words)).toThrow(`there is no command "${words.join(' ')}"`);
    expect(() => findSubCommand([], words)).toThrow('there is no command');
  });
});

describe('operandsOf', () => {
  it('gives what follows the command, if it is as much as there must be', () => {
    expect(operandsOf(add, ['user', 'add', 'ann'])).toEqual(['ann']);
    expect(operandsOf(list, ['list'])).toEqual([]);
    expect(() => operandsOf(add, ['user', 'add'])).toThrow('user add is called as: user add NAME');
    expect(() => operandsOf(add, ['user', 'add', 'ann', 'bob'])).toThrow('user add is called as: user add NAME');
  });
});
