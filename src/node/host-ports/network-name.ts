/** What flannel's configuration calls the network that pods are in. */
export const networkName = 'cbr0'
