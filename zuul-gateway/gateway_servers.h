/* gateway_servers: services whose instances are configured: <client>.ribbon.listOfServers.
 *
 * Ownership: owns all its texts.
 * Errors:    CR_EINVAL with the key and the word that is no HOST:PORT.
 * Threads:   immutable.
 * Source:    Ribbon's ConfigurationBasedServerList.
 */
#ifndef GATEWAY_SERVERS_H
#define GATEWAY_SERVERS_H

#include "cr_attr.h"
#include "directory.h"

struct cr_environment;

struct gateway_servers;

CR_MUST_CHECK int gateway_servers_new(const struct cr_environment *environment,
                                      struct gateway_servers **out_servers, struct cr_err *err);
void gateway_servers_free(struct gateway_servers *servers); /* NULL is fine */

/* The services, not discovered ones. */
const struct directory_service *gateway_servers_all(const struct gateway_servers *servers,
                                                    size_t *out_count);
/* Is that service (lower case) configured? */
bool gateway_servers_has(const struct gateway_servers *servers, const char *service_id);

#endif
