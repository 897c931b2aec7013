import type {Answer, Question} from './_sandbox.ts'

/** What a sandbox's first process offers: functions by name, whose arguments and answers are plain data. */
export type Methods = Readonly<Record<string, (...parameters: never[]) => unknown>>

/** Answers the questions of the process that started this one. When that goes, this goes, and the sandbox with it. */
export function serve(methods: Methods): void {
  process.on('disconnect', () => process.exit())
  process.on('message', ({id, method, parameters}: Question) => {
    Promise.resolve()
      .then(() => methods[method]?.(...(parameters as never[])))
      .then(
        value => say({id, value}),
        (error: Error) =>
          say({id, error: {...error, name: error.name, message: error.message, stack: error.stack ?? ''}}),
      )
  })
  say({id: 0, value: 'ready'})
}

function say(answer: Answer): void {
  process.send?.(answer)
}
