import { CommandError, type SubCommand } from './sub-command.js';

/** `signpost-resolver reload`, for `--help`: it is done before a program is loaded, unless it is typed with what it does not know. */
export const RELOAD_COMMAND: SubCommand = {
  name: 'reload',
  usage: '',
  summary: 'have the running program take on its new version and settings, and tell whether it did',
  operands: 0,
  run: () => Promise.reject(new CommandError('reload takes no options but --config', 2)),
};
