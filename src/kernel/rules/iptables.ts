/**
 * iptables as text, both ways. A table (filter, nat, ...) holds chains, a chain holds rules, and a packet walks a chain from
 * the top until a rule decides. The kernel sends packets through chains of its own (PREROUTING, FORWARD, ...); components such as
 * kube-proxy keep their rules in chains of theirs and only place jumps to them. iptables-save prints it all,
 * `iptables-restore --noflush` changes many chains at once: those are the two texts that podlab speaks.
 *
 * This file is the folder's one door, so that the reader sees what there is.
 */
export {applyRulesChange} from './apply.ts'
export {printRulesChange} from './change.ts'
export {stepsFromNothing} from './first-steps.ts'
export {type OwnChains, tableOfParts} from './parts.ts'
export {planBetween, planChange} from './plan-change.ts'
export {parseIptablesRule, printIptablesRule, sameRules} from './rule.ts'
export {RulesetError} from './ruleset-error.ts'
export {parseIptablesSave, printIptablesSave} from './save.ts'
export {splitChange} from './split-change.ts'
export {emptyRuleset} from './tables.ts'
