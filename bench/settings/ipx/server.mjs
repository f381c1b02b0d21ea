// ipx as its README has it (createIPX, createIPXNodeServer), in one process for each core. It keeps no renders: a cache
// is left to a CDN. sharp's own settings are its defaults.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx'

const [port, dir] = process.argv.slice(2)

if (cluster.isPrimary) {
  for (let each = 0; each < availableParallelism(); each++) cluster.fork()
} else {
  const ipx = createIPX({ storage: ipxFSStorage({ dir }), maxAge: 31536000 })
  createServer(createIPXNodeServer(ipx)).listen(Number(port), '127.0.0.1')
}
