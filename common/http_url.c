/* URLs, by libcurl's own parser: what is decided about a URL is decided of the one it asks. */
#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "memory.h"

/* One part of a parsed URL, "" when it has none; free() it. */
static char *part_of(CURLU *parsed, CURLUPart part)
{
    char *text = NULL, *copy;

    if (curl_url_get(parsed, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return memory_text("", 0);
    copy = memory_text(text, strlen(text));
    curl_free(text);
    return copy;
}

static bool has_our_scheme(CURLU *parsed)
{
    char *scheme = part_of(parsed, CURLUPART_SCHEME);
    bool ours = strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0;

    free(scheme);
    return ours;
}

/* NULL when it is no http(s) URL; curl_url_cleanup() it. */
static CURLU *parse(const char *url)
{
    CURLU *parsed = curl_url();

    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        has_our_scheme(parsed))
        return parsed;
    curl_url_cleanup(parsed);
    return NULL;
}

char *http_resolve(const char *base, const char *reference)
{
    CURLU *parsed = parse(base);
    char *resolved = NULL, *text = NULL;

    if (!parsed)
        return NULL;
    if (curl_url_set(parsed, CURLUPART_URL, reference, CURLU_URLENCODE) == CURLUE_OK &&
        has_our_scheme(parsed) && curl_url_get(parsed, CURLUPART_URL, &text, 0) == CURLUE_OK)
        resolved = memory_text(text, strlen(text));
    curl_free(text);
    curl_url_cleanup(parsed);
    return resolved;
}

char *http_authority(const char *url)
{
    CURLU *parsed = parse(url);
    char *host, *port, *authority;

    if (!parsed)
        return NULL;
    host = part_of(parsed, CURLUPART_HOST);
    port = part_of(parsed, CURLUPART_PORT);
    for (char *at = host; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    authority = memory_format("%s:%s", host, port);
    free(host);
    free(port);
    curl_url_cleanup(parsed);
    return authority;
}

bool http_is_https(const char *url)
{
    CURLU *parsed = parse(url);
    char *scheme;
    bool is;

    if (!parsed)
        return false;
    scheme = part_of(parsed, CURLUPART_SCHEME);
    is = strcmp(scheme, "https") == 0;
    free(scheme);
    curl_url_cleanup(parsed);
    return is;
}

bool http_same_origin(const char *a, const char *b)
{
    char *ours = http_authority(a), *theirs = http_authority(b);
    bool same = ours && theirs && strcmp(ours, theirs) == 0 && http_is_https(a) == http_is_https(b);

    free(ours);
    free(theirs);
    return same;
}

/* An IPv6 address stands in brackets. */
static bool names_this_machine(char *host)
{
    size_t length = strlen(host);
    struct in6_addr six;
    struct in_addr four;

    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (host[0] != '[')
        return false;
    host[length - 1] = '\0';
    return inet_pton(AF_INET6, host + 1, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool http_is_loopback(const char *url)
{
    char *host = http_authority(url);
    bool is;

    if (!host)
        return false;
    *strrchr(host, ':') = '\0';
    is = names_this_machine(host);
    free(host);
    return is;
}

void http_append_encoded(struct buffer *buffer, struct slice text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];

        if ((byte < 0x80 && isalnum(byte)) || (byte != '\0' && strchr("-._~", byte))) {
            buffer_append_byte(buffer, (char)byte);
        } else {
            buffer_append_byte(buffer, '%');
            buffer_append_byte(buffer, digits[byte >> 4]);
            buffer_append_byte(buffer, digits[byte & 15]);
        }
    }
}

void http_append_parameter(struct buffer *url, bool *question, const char *name, struct slice value)
{
    buffer_append_byte(url, *question ? '&' : '?');
    *question = true;
    http_append_encoded(url, slice_text(name));
    buffer_append_byte(url, '=');
    http_append_encoded(url, value);
}
