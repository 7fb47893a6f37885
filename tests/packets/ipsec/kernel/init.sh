# shellcheck shell=dash
# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The first program of the virtual machine: takes the host's files, read only, makes folders that can be written to,
# and does what the host asks for. machine.py fills in what stands between two @.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /early/*.ko; do
  insmod "$module" || echo "cannot load $module"
done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host || echo "no files of the host"
# The kernel asks /sbin/modprobe here for whatever else it needs.
ln -s "/host@KERNEL@/lib/modules" /lib/modules
for folder in proc sys dev; do
  mount --bind "/$folder" "/host/$folder"
done
for folder in run var/tmp; do
  mount -t tmpfs tmpfs "/host/$folder"
done
for module in esp4 esp6 xfrm_user nf_tables nft_ct nft_reject_inet nft_xfrm veth; do
  modprobe "$module" || echo "cannot load $module"
done
ifconfig lo 127.0.0.1 up
chroot /host /bin/bash -c '@COMMAND@'
echo "@END@ $?"
poweroff -f
