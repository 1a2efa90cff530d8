# Who holds a lock, and whether that process lives. To be sourced.
# A worker is called HOST/BOOT.NAMESPACE/PID/START: enough to tell a process from a later one with
# its number, a machine from itself before it was started again, and containers from each other.
# shellcheck shell=sh

worker_host() {
    printf '%s.%s' "$(uname -n)" "$(cut -c1-8 /etc/machine-id 2> /dev/null || :)"
}

worker_boot() {
    cut -d- -f1 /proc/sys/kernel/random/boot_id 2> /dev/null || :
}

worker_namespace() {
    readlink /proc/self/ns/pid 2> /dev/null | tr -cd '0-9' || :
}

# worker_start PID: when it started, in ticks since boot; nothing when it is not there.
worker_start() {
    sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d' ' -f20 || :
}

# worker_name PID
worker_name() {
    printf '%s/%s.%s/%s/%s\n' "$(worker_host)" "$(worker_boot)" "$(worker_namespace)" "$1" \
        "$(worker_start "$1")"
}

# worker_is_dead NAME: whether it is certain, seen from here, that it lives no more.
worker_is_dead() {
    [ "${1%%/*}" = "$(worker_host)" ] || return 1
    worker_rest=${1#*/}
    worker_realm=${worker_rest%%/*}
    [ "${worker_realm%%.*}" = "$(worker_boot)" ] || return 0
    [ "${worker_realm#*.}" = "$(worker_namespace)" ] || return 1
    worker_rest=${worker_rest#*/}
    [ "$(worker_start "${worker_rest%%/*}")" != "${worker_rest#*/}" ]
}
