"""A cluster of Ray with two machines of so many processors: ``python benchmarks/two_machines.py PROCESSORS``.

It prints its address; a line on stdin takes one machine away, another one ends it.
"""

import sys

from ray.cluster_utils import Cluster

processors = int(sys.argv[1])
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": processors})
node = cluster.add_node(num_cpus=processors)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(node, allow_graceful=False)
print("removed", flush=True)
sys.stdin.readline()
cluster.shutdown()
