import {exitCode} from './exit-code.ts'

/** How an error ends the program: its words on stderr, and the exit code. What is no user's mistake shows where it happened. */
export function explainError(error: unknown): {readonly message: string; readonly code: number} {
  if (!(error instanceof Error)) return {message: `podlab: ${String(error)}`, code: exitCode.failed}
  const code = codes[error.name]
  if (error.name === 'StartError' && 'code' in error && machineFaults.includes(String(error.code)))
    return {message: `podlab: ${error.message}`, code: exitCode.machine}
  if (error.name === 'VmError' && 'code' in error)
    return {message: `podlab: ${error.message}`, code: vmCodes[String(error.code)] ?? exitCode.failed}
  if (code === undefined) return {message: `podlab: this is a bug in podlab:\n${error.stack}`, code: exitCode.failed}
  return {message: error.name === 'LabError' ? error.message : `podlab: ${error.message}`, code}
}

/* Codes of a StartError that another machine, or this one after a remedy, would not have. */
const machineFaults = ['no-sandbox', 'no-session', 'missing-tools', 'no-ipvs', 'no-resolver']

/* What a VmError means; any other is that the machine broke. */
const vmCodes: Readonly<Record<string, number>> = {machine: exitCode.machine, usage: exitCode.usage}

/* Errors whose message is written for the user, by name: their classes are not loaded for commands that cannot meet them. */
const codes: Readonly<Record<string, number>> = {
  LabError: exitCode.usage,
  UsageError: exitCode.usage,
  WhichLabError: exitCode.usage,
  TargetError: exitCode.usage,
  SelectorError: exitCode.usage,
  FilterError: exitCode.usage,
  StartError: exitCode.failed,
  ControlError: exitCode.failed,
  NoNetworkError: exitCode.failed,
  CaptureError: exitCode.failed,
  SinkError: exitCode.failed,
  KeptError: exitCode.failed,
  KubeconfigError: exitCode.usage,
  SessionError: exitCode.machine,
  LackingError: exitCode.machine,
  NoKubectlError: exitCode.machine,
}
