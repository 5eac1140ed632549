/* Socket addresses from texts and back. */
#include "address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "cr_int.h"

enum { MAPPED_BITS = 96 };

static bool numeric(const char *ip, int port, struct sockaddr_storage *out, socklen_t *out_len)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *out_len = sizeof(*v4);
        return true;
    }
    if (inet_pton(AF_INET6, ip, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *out_len = sizeof(*v6);
        return true;
    }
    return false;
}

void address_of(const char *host, const char *ip, int port, struct sockaddr_storage *out,
                socklen_t *out_len)
{
    *out_len = 0;
    if ((ip && *ip && numeric(ip, port, out, out_len)) || numeric(host, port, out, out_len))
        return;
    char service[8];
    snprintf(service, sizeof(service), "%d", port & 0xFFFF);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, service, &hints, &found) || !found)
        return;
    if (found->ai_addrlen <= sizeof(*out)) {
        memcpy(out, found->ai_addr, found->ai_addrlen);
        *out_len = found->ai_addrlen;
    }
    freeaddrinfo(found);
}

void address_of_unix(const char *path, struct sockaddr_storage *out, socklen_t *out_len)
{
    struct sockaddr_un *local = (struct sockaddr_un *)(void *)out;
    size_t len = strlen(path);
    memset(out, 0, sizeof(*out));
    *out_len = 0;
    if (len >= sizeof(local->sun_path))
        return;
    local->sun_family = AF_UNIX;
    memcpy(local->sun_path, path, len + 1);
    *out_len = sizeof(*local);
}

/* Every address as 16 octets, IPv4 mapped (RFC 4291 2.5.5.2). */
static void as_octets(const struct sockaddr_storage *address, unsigned char out[16])
{
    memset(out, 0, 16);
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        out[10] = out[11] = 0xFF;
        memcpy(out + 12, &v4->sin_addr, 4);
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        memcpy(out, &v6->sin6_addr, 16);
    }
}

size_t address_text(const struct sockaddr_storage *address, char out[ADDRESS_TEXT_SIZE])
{
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    unsigned char octets[16];
    as_octets(address, octets);
    bool v4 = memcmp(octets, mapped, sizeof(mapped)) == 0;
    if (address->ss_family == AF_UNIX)
        memcpy(out, "unix", sizeof("unix"));
    else if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? octets + 12 : octets, out, ADDRESS_TEXT_SIZE))
        out[0] = '\0';
    return strlen(out);
}

bool address_range_parse(struct cr_slice text, struct address_range *out_range)
{
    ptrdiff_t slash = cr_slice_find(text, '/');
    char ip[ADDRESS_TEXT_SIZE];
    struct cr_slice host = cr_slice_sub(text, 0, slash < 0 ? text.len : (size_t)slash);
    if (!host.len || host.len >= sizeof(ip))
        return false;
    memcpy(ip, host.ptr, host.len);
    ip[host.len] = '\0';
    struct sockaddr_storage address;
    socklen_t len;
    if (!numeric(ip, 0, &address, &len))
        return false;
    int64_t width = address.ss_family == AF_INET ? 32 : 128;
    int64_t bits = width;
    if (slash >= 0 && cr_int_parse(cr_slice_from(text, (size_t)slash + 1), 0, width, &bits))
        return false;
    as_octets(&address, out_range->octets);
    out_range->bits = (unsigned)(bits + (width == 32 ? MAPPED_BITS : 0));
    return true;
}

bool address_range_has(const struct address_range *range, const struct sockaddr_storage *address)
{
    unsigned char octets[16];
    as_octets(address, octets);
    unsigned whole = range->bits / 8, rest = range->bits % 8;
    if (memcmp(octets, range->octets, whole) != 0)
        return false;
    unsigned mask = (0xFF00U >> rest) & 0xFF;
    return !rest || ((octets[whole] ^ range->octets[whole]) & mask) == 0;
}
