/** Kernel messages. */
export const KERNEL = String.raw`
{glued}: link up, {int}Mbps, full-duplex, lpa {hex}
{glued}: link down
{glued}: renamed from {glued}
{glued}: promiscuous mode {state}
usb {small}-{small}: new high-speed USB device number {int} using xhci_hcd
usb {small}-{small}: New USB device found, idVendor={small}{small}{small}{small}, idProduct={int}
usb {small}-{small}: USB disconnect, device number {int}
pci {pci}: BAR {small}: assigned [mem {addr}-{addr} 64bit pref]
pci {pci}: PME# supported from D0 D3hot
ACPI: LAPIC (acpi_id[{hex}] lapic_id[{hex}] enabled)
ACPI: SSDT {addr} {int} (v0{small} INTEL  {noun} {int})
Memory: {int}K/{int}K available ({int}K kernel code, {int}K rwdata)
CPU{small}: Thermal monitoring enabled (TM1)
CPU{small}: Core temperature above threshold, cpu clock throttled (total events = {int})
Out of memory: Killed process {int} ({service}) total-vm:{int}kB, anon-rss:{int}kB, file-rss:{int}kB
oom_reaper: reaped process {int} ({service}), now anon-rss:{int}kB
TCP: request_sock_TCP: Possible SYN flooding on port {port}. Sending cookies.
EXT4-fs ({device}): mounted filesystem with ordered data mode. Opts: {maybe}
EXT4-fs error (device {device}): ext4_find_entry:{int}: inode #{int}: comm {service}: reading directory lblock {small}
EXT4-fs ({device}): re-mounted
XFS ({device}): Ending clean mount
Buffer I/O error on dev {device}, logical block {int}, async page read
blk_update_request: I/O error, dev {device}, sector {int} op {hex}:(READ) flags {hex}
{service}[{int}]: segfault at {hex} ip {addr} sp {addr} error {small} in {file}[{addr}+{hex}]
traps: {service}[{int}] general protection fault ip:{addr} sp:{addr} error:{small}
audit: type={int} audit({float}:{int}): apparmor="DENIED" operation="{state}" profile="{path}"
IPv6: ADDRCONF(NETDEV_CHANGE): {glued}: link becomes ready
NET: Registered protocol family {int}
Freeing unused kernel memory: {int}K
md/raid1:md{small}: active with {small} out of {small} mirrors
INFO: task {service}:{int} blocked for more than {int} seconds.
hrtimer: interrupt took {int} ns
random: crng init done
systemd-journald[{int}]: Received SIGTERM from PID {int} (systemd).
perf: interrupt took too long ({int} > {int}), lowering kernel.perf_event_max_sample_rate to {int}
nfs: server {domain} not responding, still trying
nfs: server {domain} OK
thermal thermal_zone{small}: critical temperature reached ({int} C), shutting down
scsi host{small}: {noun}
sd {small}:{small}:{small}:{small}: [{device}] Attached SCSI disk
sd {small}:{small}:{small}:{small}: [{device}] {int} 512-byte logical blocks: ({size}/{size})
`;
