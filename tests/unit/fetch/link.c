/* Link headers, as servers write them. */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void gives(const char *header, const char *expected)
{
    char *url = link_next(slice_text(header), "https://api.example/a/b?page=1");

    bool good = expected ? url && strcmp(url, expected) == 0 : url == NULL;

    ok(good, "%s", header);
    if (!good)
        printf("# got %s\n", url ? url : "none");
    free(url);
}

int main(void)
{
    gives("<https://api.example/x?page=2>; rel=\"next\"", "https://api.example/x?page=2");
    gives("<https://api.example/1>; rel=\"prev\", <https://api.example/3>; rel=\"next\", "
          "<https://api.example/9>; rel=\"last\"",
          "https://api.example/3");
    gives("</x?page=2>;rel=next", "https://api.example/x?page=2");
    gives("<?page=2>; title=\"a, b; rel=next\"; rel=\"last next\"",
          "https://api.example/a/b?page=2");
    gives("<https://api.example/1>; rel=\"nextish\"", NULL);
    gives("<https://api.example/1>; title=\"rel=next\"", NULL);
    gives("<https://api.example/1; rel=\"next\"", NULL);
    gives("<>; rel=", NULL);
    gives("", NULL);
    return done_testing();
}
