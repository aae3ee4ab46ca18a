import { expect, test } from 'bun:test'
import { isNetwork, mountIn } from '../../src/data-dir/mount.ts'

const table = `rootfs / rootfs rw 0 0
/dev/sda1 / ext4 rw,relatime 0 0
nas:/calls /srv/calls nfs4 rw,vers=4.2 0 0
//nas/share /mnt/with\\040blank cifs rw 0 0
someone@host:/ /home/ann/far fuse.sshfs rw 0 0
/dev/fuse /media/stick fuseblk rw 0 0
`

test.each([
  ['/srv/calls/data', '/srv/calls', 'nfs4', true],
  ['/srv/calls', '/srv/calls', 'nfs4', true],
  ['/srv/callsign', '/', 'ext4', false],
  ['/mnt/with blank/data', '/mnt/with blank', 'cifs', true],
  ['/home/ann/far/away', '/home/ann/far', 'fuse.sshfs', true],
  ['/media/stick', '/media/stick', 'fuseblk', false],
  ['/var/lib/callgate', '/', 'ext4', false],
])('%s is on the mount that begins nearest above it, and the network is known', (path, at, type, far) => {
  const mount = mountIn(table, path)
  expect(mount).toEqual({ at, type })
  expect(mount && isNetwork(mount)).toBe(far)
})
