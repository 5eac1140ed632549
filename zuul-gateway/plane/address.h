/* address: from host, address text and port to a socket address.
 *
 * Errors:  address_of leaves *out_len 0 when a name does not resolve. It may wait for the resolver.
 * Threads: any.
 */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "cr_slice.h"

/* ip may be NULL, empty or no address: then host is looked up. */
void address_of(const char *host, const char *ip, int port, struct sockaddr_storage *out,
                socklen_t *out_len);

/* Of a Unix socket; *out_len 0 when the path is too long. */
void address_of_unix(const char *path, struct sockaddr_storage *out, socklen_t *out_len);

/* "127.0.0.1" or "::1", without port; a mapped IPv4 address as such. Returns its length. */
enum { ADDRESS_TEXT_SIZE = 48 };
size_t address_text(const struct sockaddr_storage *address, char out[ADDRESS_TEXT_SIZE]);

/* A range of addresses, "10.0.0.0/8" or a single one; IPv4 as mapped IPv6. */
struct address_range {
    unsigned char octets[16];
    unsigned bits;
};
bool address_range_parse(struct cr_slice text, struct address_range *out_range);
bool address_range_has(const struct address_range *range, const struct sockaddr_storage *address);

#endif
