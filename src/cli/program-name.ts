/** How the user typed podlab, as the launcher saw it: `./podlab` in a checkout, `podlab` when it is installed. */
export const programName = process.env.PODLAB_TYPED ?? 'podlab'
