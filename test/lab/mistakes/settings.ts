import test from 'ava'
import {refused} from './_refused.ts'

test(
  'a setting that there is not',
  refused,
  'scenario:\n  - set: {dns: none}\n  - set: {proxy: magic}\n  - set: {}\n',
  '2:11 unknown key "dns"',
  '3:18 expected userspace or iptables or ipvs or nftables, not the text "magic"',
  '4:10 this says no set; expected one of overlay, proxy',
)
test(
  'two settings at once',
  refused,
  'scenario:\n  - set: {proxy: iptables, overlay: udp}\n',
  '2:10 overlay and proxy in one set; write them as two',
)
test(
  'steps that are repeated for nothing, or repeat within a repetition',
  refused,
  'scenario:\n  - each: {proxy: [], play: [say: a]}\n  - each: {proxy: [iptables], play: []}\n  - each: {play: [say: a]}\n  - each: {proxy: [iptables], play: [{each: {overlay: [udp], play: [say: a]}}]}\n',
  '2:19 must not be empty',
  '3:37 must not be empty',
  '4:11 this says no each; expected one of overlay, proxy',
  '5:39 unknown key "each"',
)
test(
  'a mistake in a step that is repeated is told once',
  refused,
  'scenario:\n  - each:\n      proxy: [iptables, nftables]\n      play:\n        - exec: {in: node/ghost, run: x}\n',
  '5:22 no node is named ghost',
)
