/** Where the machine's own programs are. npm puts foreign programs first on the PATH (one of them is called nft). */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
