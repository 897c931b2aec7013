import {argumentsOf, durationIn, onlyLine, wrongCount} from '../corefile/options.ts'
import type {Plugin} from '../plugin.ts'

/** `reload [INTERVAL] [JITTER]`: the Corefile is looked at again and again; a changed one takes effect, unless it is wrong. */
export const reload: Plugin = {
  name: 'reload',
  read: given => {
    const line = onlyLine(given)
    const words = argumentsOf(line)
    if (words.length > 2) throw given.fail(line, wrongCount(line))
    const [interval = 30_000, jitter = 15_000] = words.map(word => durationIn(given, line, word))
    if (interval < 2000) throw given.fail(line, 'interval value must be greater or equal to 2s')
    if (jitter < 1000) throw given.fail(line, 'jitter value must be greater or equal to 1s')
    return {reloadEvery: interval}
  },
}
