/* cr_cloud_address: under which name and address others reach this process.
 *
 * Ownership: the caller's struct.
 * Errors:    none; without any network it is localhost, 127.0.0.1.
 * Threads:   any.
 * Source:    Spring Cloud's InetUtils: the first address that is up and not a loopback's.
 */
#ifndef CR_CLOUD_ADDRESS_H
#define CR_CLOUD_ADDRESS_H

struct cr_cloud_address {
    char host[256];
    char ip[64];
};

/* bound: server.address; "" or a wildcard address means every address. */
void cr_cloud_address_find(const char *bound, struct cr_cloud_address *out_address);

#endif
