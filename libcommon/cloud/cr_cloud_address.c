/* Finds the name and address to register. */
#include "cr_cloud_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Does the expression match the whole text? */
static int matches(const char *key, const char *expression, const char *text, bool *out_matches,
                   struct cr_err *err)
{
    char whole[512];
    regex_t compiled;
    int len = snprintf(whole, sizeof whole, "^(%s)$", expression);
    if (len < 0 || (size_t)len >= sizeof whole)
        return cr_err_set(err, CR_EINVAL, "%s: '%.40s...' is too long", key, expression);
    int rc = regcomp(&compiled, whole, REG_EXTENDED | REG_NOSUB);
    if (rc != 0) {
        char reason[128];
        regerror(rc, &compiled, reason, sizeof reason);
        return cr_err_set(err, CR_EINVAL, "%s: '%s' is no regular expression: %s", key, expression,
                          reason);
    }
    *out_matches = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return 0;
}

static int is_ignored(const struct cr_cloud_address_options *options, const char *name,
                      bool *out_ignored, struct cr_err *err)
{
    *out_ignored = false;
    int rc = 0;
    for (size_t i = 0; i < options->ignored.count && rc == 0 && !*out_ignored; i++)
        rc = matches("spring.cloud.inetutils.ignored-interfaces", options->ignored.items[i], name,
                     out_ignored, err);
    return rc;
}

/* RFC 1918. */
static bool is_site_local(const char *ip)
{
    struct in_addr address;
    if (inet_pton(AF_INET, ip, &address) != 1)
        return false;
    uint32_t bits = ntohl(address.s_addr);
    return bits >> 24 == 10 || bits >> 20 == (172 << 4 | 1) || bits >> 16 == (192 << 8 | 168);
}

static int is_preferred(const struct cr_cloud_address_options *options, const char *ip,
                        bool *out_preferred, struct cr_err *err)
{
    *out_preferred = !options->site_local || is_site_local(ip);
    if (!*out_preferred || options->preferred.count == 0)
        return 0;
    int rc = 0;
    bool found = false;
    for (size_t i = 0; i < options->preferred.count && rc == 0 && !found; i++) {
        const char *network = options->preferred.items[i];
        found = strncmp(ip, network, strlen(network)) == 0;
        if (!found)
            rc = matches("spring.cloud.inetutils.preferred-networks", network, ip, &found, err);
    }
    *out_preferred = found;
    return rc;
}

/* Judges one address of an interface. */
static int is_usable(const struct cr_cloud_address_options *options, const struct ifaddrs *entry,
                     char *out_ip, size_t size, bool *out_usable, struct cr_err *err)
{
    bool ignored = false;
    *out_usable = entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET &&
                  (entry->ifa_flags & IFF_UP) && !(entry->ifa_flags & IFF_LOOPBACK);
    if (!*out_usable)
        return 0;
    struct sockaddr_in address;
    memcpy(&address, entry->ifa_addr, sizeof address);
    if (!inet_ntop(AF_INET, &address.sin_addr, out_ip, (socklen_t)size))
        *out_usable = false;
    int rc = is_ignored(options, entry->ifa_name, &ignored, err);
    if (rc == 0 && *out_usable)
        rc = is_preferred(options, out_ip, out_usable, err);
    *out_usable = *out_usable && !ignored;
    return rc;
}

static int find_interface(const struct cr_cloud_address_options *options,
                          struct cr_cloud_address *address, bool *out_found, struct cr_err *err)
{
    struct ifaddrs *list;
    unsigned lowest = 0;
    int rc = 0;
    *out_found = false;
    if (getifaddrs(&list) < 0)
        return 0;
    for (const struct ifaddrs *entry = list; entry && rc == 0; entry = entry->ifa_next) {
        char ip[sizeof address->ip];
        bool usable = false;
        rc = is_usable(options, entry, ip, sizeof ip, &usable, err);
        unsigned index = usable ? if_nametoindex(entry->ifa_name) : 0;
        if (!usable || (*out_found && index >= lowest))
            continue;
        lowest = index;
        *out_found = true;
        memcpy(address->ip, ip, sizeof ip);
    }
    freeifaddrs(list);
    return rc;
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

int cr_cloud_address_find(const struct cr_cloud_address_options *options,
                          struct cr_cloud_address *out_address, struct cr_err *err)
{
    const char *bound = options->bound;
    struct cr_cloud_address address = {"localhost", "127.0.0.1"};
    bool found = false;
    int rc = 0;
    if (is_loopback(bound)) {
        if (strcmp(bound, "localhost") != 0)
            snprintf(address.ip, sizeof address.ip, "%s", bound);
    } else if (!is_wildcard(bound)) {
        snprintf(address.host, sizeof address.host, "%s", bound);
        snprintf(address.ip, sizeof address.ip, "%s", bound);
    } else {
        rc = find_interface(options, &address, &found, err);
    }
    if (found && gethostname(address.host, sizeof address.host - 1) < 0)
        snprintf(address.host, sizeof address.host, "%s", address.ip);
    if (rc == 0)
        *out_address = address;
    return rc;
}
