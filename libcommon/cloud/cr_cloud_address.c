/* Finds the name and address to register. */
#include "cr_cloud_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_usable(const struct ifaddrs *entry)
{
    return entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET &&
           (entry->ifa_flags & IFF_UP) && !(entry->ifa_flags & IFF_LOOPBACK);
}

static bool find_interface(char *out_ip, size_t size)
{
    struct ifaddrs *list;
    if (getifaddrs(&list) < 0)
        return false;
    bool found = false;
    for (const struct ifaddrs *entry = list; entry && !found; entry = entry->ifa_next) {
        if (!is_usable(entry))
            continue;
        struct sockaddr_in address;
        memcpy(&address, entry->ifa_addr, sizeof address);
        found = inet_ntop(AF_INET, &address.sin_addr, out_ip, (socklen_t)size) != NULL;
    }
    freeifaddrs(list);
    return found;
}

static bool is_wildcard(const char *bound)
{
    return !*bound || strcmp(bound, "0.0.0.0") == 0 || strcmp(bound, "::") == 0;
}

static bool is_loopback(const char *bound)
{
    return strncmp(bound, "127.", 4) == 0 || strcmp(bound, "::1") == 0 ||
           strcmp(bound, "localhost") == 0;
}

void cr_cloud_address_find(const char *bound, struct cr_cloud_address *out_address)
{
    *out_address = (struct cr_cloud_address){"localhost", "127.0.0.1"};
    if (is_loopback(bound)) {
        if (strcmp(bound, "localhost") != 0)
            snprintf(out_address->ip, sizeof out_address->ip, "%s", bound);
        return;
    }
    if (!is_wildcard(bound)) {
        snprintf(out_address->host, sizeof out_address->host, "%s", bound);
        snprintf(out_address->ip, sizeof out_address->ip, "%s", bound);
        return;
    }
    if (find_interface(out_address->ip, sizeof out_address->ip) &&
        gethostname(out_address->host, sizeof out_address->host - 1) < 0)
        snprintf(out_address->host, sizeof out_address->host, "%s", out_address->ip);
}
