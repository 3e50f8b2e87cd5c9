/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sortie-app"

#include "sortie-llm-page.h"

#include "sortie-error.h"
#include "sortie-json.h"
#include "sortie-keyring.h"
#include "sortie-llm-preferences.h"
#include "sortie-pane-words.h"

#include <glib/gi18n.h>

struct _SortieLlmPage
{
  AdwPreferencesPage parent_instance;
  SortieApi *api; /* (nullable) */
  GSettings *settings;
  GCancellable *cancellable;
  AdwPreferencesGroup *group;
  AdwPreferencesGroup *models;
  GtkSwitch *enabled;
  AdwActionRow *enabled_row;
  GtkEditable *base_url;
  AdwEntryRow *key;
  GtkWidget *remove_key;
  GtkEditable *planner;
  GtkEditable *analyzer;
  GtkEditable *writer;
  GtkWidget *test;
  AdwActionRow *test_row;
  GtkSpinner *test_spinner;
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (SortieLlmPage, sortie_llm_page, ADW_TYPE_PREFERENCES_PAGE)

/* ---- What the backend has ---- */

static void
set_usable (SortieLlmPage *self, gboolean usable, const char *why)
{
  adw_preferences_group_set_description (
      self->group,
      usable
          ? _ ("A language model can plan, weigh and write. Without one, or where it fails, the "
               "agents work by rules alone. Passages of your documents are sent to the provider.")
          : why);
  gtk_widget_set_sensitive (GTK_WIDGET (self->enabled_row), usable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->base_url), usable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->key), usable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->models), usable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->test_row), self->api != NULL && usable);
}

static void
fill_editable (GtkEditable *editable, JsonObject *object, const char *member)
{
  const char *text = NULL;

  if (object != NULL && sortie_json_get_string (object, member, FALSE, &text, NULL) &&
      text != NULL && !g_str_equal (gtk_editable_get_text (editable), text))
    gtk_editable_set_text (editable, text);
}

static void
fill (SortieLlmPage *self, JsonNode *node)
{
  JsonObject *llm = NULL;
  JsonObject *models = NULL;
  gboolean enabled = FALSE, has_key = FALSE, changeable = TRUE;
  const char *state = "off";
  const char *reason = NULL;
  g_autofree char *why = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node) ||
      !sortie_json_get_object (json_node_get_object (node), "llm", TRUE, &llm, NULL) ||
      !sortie_json_get_boolean (llm, "enabled", FALSE, &enabled, NULL) ||
      !sortie_json_get_boolean (llm, "has_key", FALSE, &has_key, NULL) ||
      !sortie_json_get_boolean (llm, "changeable", FALSE, &changeable, NULL) ||
      !sortie_json_get_object (llm, "models", FALSE, &models, NULL) ||
      !sortie_json_get_string (llm, "state", FALSE, &state, NULL) ||
      !sortie_json_get_string (llm, "reason", FALSE, &reason, NULL))
    {
      set_usable (self, FALSE, _ ("The backend’s settings could not be understood."));
      return;
    }
  self->is_filling = TRUE;
  gtk_switch_set_active (self->enabled, enabled);
  fill_editable (self->base_url, llm, "base_url");
  fill_editable (self->planner, models, "planner");
  fill_editable (self->analyzer, models, "analyzer");
  fill_editable (self->writer, models, "writer");
  self->is_filling = FALSE;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->key),
                                 has_key ? _ ("Key (one is set; enter another to replace it)")
                                         : _ ("Key"));
  gtk_widget_set_visible (self->remove_key, has_key);
  if (enabled && g_str_equal (state, "degraded"))
    why = sortie_llm_words_dup_reason (reason);
  adw_action_row_set_subtitle (self->enabled_row, why != NULL ? why : "");
  set_usable (self, changeable,
              _ ("These settings are fixed where the backend runs; they can’t be changed from "
                 "here."));
}

static void
toast (SortieLlmPage *self, const char *text)
{
  GtkWidget *window = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_WINDOW);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  if (window != NULL)
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (window), adw_toast_new (escaped));
}

/* Shows the settings that came, or says in words why none did. NULL: nothing is to be said, since they are
 * shown or nobody wants them any more. */
static char *
take_settings (SortieLlmPage *self, GObject *source, GAsyncResult *result, const char *failure)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return NULL;
  if (node == NULL)
    return sortie_pane_dup_failure (failure, error);
  fill (self, node);
  return NULL;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmPage) self = user_data;
  g_autofree char *words =
      take_settings (self, source, result, _ ("The settings could not be read"));

  if (words != NULL)
    set_usable (self, FALSE, words);
}

static void
patched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmPage) self = user_data;
  g_autofree char *words =
      take_settings (self, source, result, _ ("The settings could not be changed"));

  if (words != NULL)
    toast (self, words);
}

/* ---- What a person changes ---- */

static gboolean
is_own (SortieLlmPage *self)
{
  return self->api != NULL && sortie_backend_address_is_local (sortie_api_get_address (self->api));
}

static void
patch (SortieLlmPage *self, const char *key)
{
  g_autofree char *changes = NULL;

  if (self->api == NULL)
    return;
  changes = sortie_llm_preferences_build (gtk_switch_get_active (self->enabled),
                                          gtk_editable_get_text (self->base_url), key,
                                          gtk_editable_get_text (self->planner),
                                          gtk_editable_get_text (self->analyzer),
                                          gtk_editable_get_text (self->writer));
  if (is_own (self))
    sortie_llm_preferences_save (self->settings, gtk_switch_get_active (self->enabled),
                                 gtk_editable_get_text (self->base_url),
                                 gtk_editable_get_text (self->planner),
                                 gtk_editable_get_text (self->analyzer),
                                 gtk_editable_get_text (self->writer));
  sortie_api_patch_settings_async (self->api, changes, self->cancellable, patched_cb,
                                   g_object_ref (self));
}

static void
changed_cb (SortieLlmPage *self)
{
  if (!self->is_filling)
    patch (self, NULL);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (sortie_keyring_store_finish (result, &error))
    return;
  toast (self, sortie_keyring_is_locked (error)
                   ? _ ("The keyring is locked: the key is forgotten when Sortie is closed")
                   : _ ("There is no keyring: the key is forgotten when Sortie is closed"));
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!sortie_keyring_store_finish (result, &error))
    toast (self, _ ("The key could not be removed from the keyring"));
}

static void
set_key (SortieLlmPage *self, const char *key)
{
  if (is_own (self))
    sortie_keyring_store_async (SORTIE_SECRET_LLM_KEY, gtk_editable_get_text (self->base_url), key,
                                NULL, *key != '\0' ? stored_cb : removed_cb, g_object_ref (self));
  patch (self, key);
  gtk_editable_set_text (GTK_EDITABLE (self->key), "");
}

static void
key_cb (SortieLlmPage *self)
{
  g_autofree char *key = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->key)));

  set_key (self, g_strstrip (key));
}

static void
remove_key_cb (SortieLlmPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->key)); /* since the button goes */
  set_key (self, "");
}

/* ---- Test ---- */

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SortieLlmPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sortie_api_call_finish (SORTIE_API (source), result, &error);
  g_autofree char *words = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  gtk_spinner_set_spinning (self->test_spinner, FALSE);
  gtk_widget_set_sensitive (self->test, TRUE);
  words = node != NULL ? sortie_llm_words_dup_trial (node)
                       : sortie_pane_dup_failure (_ ("The test could not be made"), error);
  adw_action_row_set_subtitle (self->test_row, words);
}

static void
test_cb (SortieLlmPage *self)
{
  g_autofree char *settings = NULL;

  if (self->api == NULL)
    return;
  settings = sortie_llm_preferences_build (TRUE, gtk_editable_get_text (self->base_url), NULL,
                                           gtk_editable_get_text (self->planner),
                                           gtk_editable_get_text (self->analyzer),
                                           gtk_editable_get_text (self->writer));
  gtk_spinner_set_spinning (self->test_spinner, TRUE);
  gtk_widget_set_sensitive (self->test, FALSE);
  adw_action_row_set_subtitle (self->test_row, _ ("Asking the provider"));
  sortie_api_test_settings_async (self->api, settings, self->cancellable, tested_cb,
                                  g_object_ref (self));
}

/* ---- The widget ---- */

static void
sortie_llm_page_dispose (GObject *object)
{
  SortieLlmPage *self = SORTIE_LLM_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->api);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (sortie_llm_page_parent_class)->dispose (object);
}

static void
sortie_llm_page_finalize (GObject *object)
{
  g_object_unref (SORTIE_LLM_PAGE (object)->cancellable);
  G_OBJECT_CLASS (sortie_llm_page_parent_class)->finalize (object);
}

static void
sortie_llm_page_class_init (SortieLlmPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sortie_llm_page_dispose;
  G_OBJECT_CLASS (class)->finalize = sortie_llm_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sortie_app/Sortie/llm-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, group);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, models);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, enabled);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, enabled_row);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, base_url);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, key);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, remove_key);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, planner);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, analyzer);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, writer);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, test);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, test_row);
  gtk_widget_class_bind_template_child (widget_class, SortieLlmPage, test_spinner);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, test_cb);
}

static void
sortie_llm_page_init (SortieLlmPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->settings = g_settings_new (SORTIE_APPLICATION_ID);
  gtk_widget_init_template (GTK_WIDGET (self));
  set_usable (self, FALSE, _ ("There is no backend to ask."));
}

void
sortie_llm_page_set_api (SortieLlmPage *self, SortieApi *api)
{
  g_set_object (&self->api, api);
  if (api == NULL)
    set_usable (self, FALSE, _ ("There is no backend to ask."));
  else
    sortie_api_get_settings_async (api, self->cancellable, read_cb, g_object_ref (self));
}
