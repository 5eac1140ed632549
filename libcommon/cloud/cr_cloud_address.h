/* cr_cloud_address: under which name and address others reach this process.
 *
 * Ownership: the caller's structs.
 * Errors:    CR_EINVAL for an expression that cannot be read. Without any network it is localhost,
 *            127.0.0.1.
 * Threads:   any.
 * Source:    Spring Cloud's InetUtils: of the interfaces that are up, no loopback and not ignored,
 *            the one with the lowest index, and of its IPv4 addresses the first that is preferred.
 */
#ifndef CR_CLOUD_ADDRESS_H
#define CR_CLOUD_ADDRESS_H

#include <stdbool.h>

#include "cr_attr.h"
#include "cr_err.h"
#include "cr_setting.h"

struct cr_cloud_address {
    char host[256];
    char ip[64];
};

struct cr_cloud_address_options {
    const char *bound;                /* server.address; "" or a wildcard address: every address */
    struct cr_setting_list ignored;   /* extended regular expressions of interfaces' names */
    struct cr_setting_list preferred; /* beginnings or expressions of addresses; none: all */
    bool site_local;                  /* only 10/8, 172.16/12 and 192.168/16 */
};

CR_MUST_CHECK int cr_cloud_address_find(const struct cr_cloud_address_options *options,
                                        struct cr_cloud_address *out_address, struct cr_err *err);

#endif
