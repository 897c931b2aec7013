"""Brings up a Linux bridge and so many hosts with Mininet, in the namespaces that it is started in; prints how long that took, in ms."""

import sys
import time

from mininet.net import Mininet
from mininet.nodelib import LinuxBridge
from mininet.topo import SingleSwitchTopo

began = time.monotonic()
net = Mininet(topo=SingleSwitchTopo(k=int(sys.argv[1])), switch=LinuxBridge, controller=None)
net.start()
print("up after %.0f ms" % ((time.monotonic() - began) * 1000), flush=True)
net.stop()
