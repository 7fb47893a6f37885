# 2026-05-04 10:11:12 by RouterOS 7.22.3
# software id = ABCD-EFGH
#
# model = C52iG-5HaxD2HaxD
/interface bridge
add admin-mac=02:00:00:00:00:01 auto-mac=no comment=defconf name=bridge
/interface list
add comment=defconf name=WAN
add comment=defconf name=LAN
/ip pool
add name=dhcp ranges=192.168.88.10-192.168.88.254
/ip dhcp-server
add address-pool=dhcp interface=bridge name=defconf
/ip ipsec profile
add dh-group=modp2048 enc-algorithm=aes-256 name=strong
/interface list member
add comment=defconf interface=ether1 list=WAN
add comment=defconf interface=bridge list=LAN
/ip address
add address=192.168.88.1/24 comment=defconf interface=ether2 network=192.168.88.0
/ip firewall address-list
add address=192.0.2.0/24 list=admins
add address=198.51.100.7 comment="a \"quoted\" word, a \$ and a \\ and \C3\BC" list=admins
/ip firewall filter
add action=accept chain=input comment="defconf: accept established,related,untracked" connection-state=\
    established,related,untracked
add action=drop chain=input comment="defconf: drop invalid" connection-state=invalid
add action=drop chain=input comment="defconf: drop all not coming from LAN" in-interface-list=!LAN \
    src-address=203.0.113.0/24
/ip firewall nat
add action=masquerade chain=srcnat comment="defconf: masquerade" ipsec-policy=out,none out-interface-list=WAN
/ip service
set telnet disabled=yes
set www address=192.168.88.0/24
/system clock
set time-zone-name=Europe/Riga
/system identity
set name=gateway
/system script
add dont-require-permissions=no name=hello owner=admin policy=read,test source=":foreach i in={1;2} do={\r\
    \n  :put \"line \$i\"\r\
    \n}"
/tool mac-server
set allowed-interface-list=LAN
