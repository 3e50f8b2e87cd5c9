/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-api-private.h"
#include "sortie-error.h"

#include <string.h>

static void
test_valid (void)
{
  static const struct
  {
    const char *text;
    const char *base;
    const char *socket;
    gboolean local;
  } cases[] = {
    { "http://127.0.0.1:8000", "http://127.0.0.1:8000", NULL, TRUE },
    { "http://localhost:8000/", "http://localhost:8000", NULL, TRUE },
    { "http://LocalHost", "http://LocalHost", NULL, TRUE },
    { "http://[::1]:8000", "http://[::1]:8000", NULL, TRUE },
    { "HTTP://backend:8000", "http://backend:8000", NULL, FALSE },
    { "https://sortie.example/deep/prefix//", "https://sortie.example/deep/prefix", NULL, FALSE },
    { "http://192.0.2.7", "http://192.0.2.7", NULL, FALSE },
    { "unix:///run/user/1/sortie/backend.sock", "http://localhost",
      "/run/user/1/sortie/backend.sock", TRUE },
    { "unix:///with a space/ä", "http://localhost", "/with a space/ä", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SortieBackendAddress) parsed =
          sortie_backend_address_parse (cases[i].text, &error);
      g_autoptr (SortieBackendAddress) address = NULL;

      g_assert_no_error (error);
      address = sortie_backend_address_copy (parsed);
      g_assert_cmpstr (sortie_backend_address_get_base (address), ==, cases[i].base);
      g_assert_cmpstr (sortie_backend_address_get_socket (address), ==, cases[i].socket);
      g_assert_cmpint (sortie_backend_address_is_local (address), ==, cases[i].local);
    }
}

static void
test_invalid (void)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "", "empty" },
    { "backend:8000", "must begin with" },
    { "redis://localhost", "must begin with" },
    { "http://", "no host" },
    { "http:///path", "host" },
    { "http://host:0", "port 0" },
    { "http://host:99999", "no valid" },
    { "http://host:x", "no valid" },
    { "http://[::1", "no valid" },
    { "http://user:secret@host", "password" },
    { "http://host?x=1", "query" },
    { "http://host#x", "fragment" },
    { "http://host/a b", "spaces" },
    { "http://host\r\nX: y", "control" },
    { "http://host/\xff", "UTF-8" },
    { "unix://relative/path", "absolute" },
    { "unix://", "absolute" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sortie_backend_address_parse (cases[i].text, &error));
      g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_INVALID);
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("“%s” gave: %s", cases[i].text, error->message);
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_lengths (void)
{
  g_autoptr (GString) path = g_string_new ("unix:///");
  g_autoptr (GString) url = g_string_new ("http://host/");
  g_autoptr (SortieBackendAddress) address = NULL;

  while (path->len < strlen ("unix://") + SORTIE_BACKEND_SOCKET_MAX_BYTES)
    g_string_append_c (path, 'x');
  address = sortie_backend_address_parse (path->str, NULL);
  g_assert_nonnull (address);
  g_string_append_c (path, 'x');
  g_assert_null (sortie_backend_address_parse (path->str, NULL));

  while (url->len <= SORTIE_BACKEND_ADDRESS_MAX_BYTES)
    g_string_append_c (url, 'x');
  g_assert_null (sortie_backend_address_parse (url->str, NULL));
}

/* What people see in place of a name that only containers know, also when nobody answers there. */
static void
test_display (void)
{
  g_autoptr (SortieBackendAddress) address =
      sortie_backend_address_parse ("http://backend.internal:8000/", NULL);
  g_autoptr (SortieBackendAddress) same =
      sortie_backend_address_parse ("http://backend.internal:8000", NULL);
  g_autoptr (SortieBackendAddress) other =
      sortie_backend_address_parse ("http://backend.internal:8001", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (sortie_backend_address_get_display (address), ==,
                   "http://backend.internal:8000");
  sortie_backend_address_set_display (address, "https://sortie.example");
  g_assert_cmpstr (sortie_backend_address_get_display (address), ==, "https://sortie.example");
  g_assert_cmpstr (sortie_backend_address_get_base (address), ==, "http://backend.internal:8000");
  g_assert_true (sortie_backend_address_equal (address, same));
  g_assert_false (sortie_backend_address_equal (address, other));

  error = sortie_api_error_from_transport (g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                                        "Error resolving “backend.internal”: gone"),
                                           address);
  g_assert_error (error, SORTIE_ERROR, SORTIE_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==,
                   "can't reach the backend at https://sortie.example: "
                   "Error resolving “sortie.example”: gone");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/backend-address/valid", test_valid);
  g_test_add_func ("/client/backend-address/invalid", test_invalid);
  g_test_add_func ("/client/backend-address/lengths", test_lengths);
  g_test_add_func ("/client/backend-address/display", test_display);
  return g_test_run ();
}
