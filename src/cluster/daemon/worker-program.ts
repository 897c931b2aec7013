/** The program of the runtime's worker thread, as a lab's daemon and an agent outside start it. */
export const workerProgram = new URL(`./worker-thread${import.meta.url.slice(-3)}`, import.meta.url)
