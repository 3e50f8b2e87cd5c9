/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sortie-question-tables.h"

#define ASPECT                                                                                     \
  "(?:,?\\s+(?:en\\s+termes\\s+de|en\\s+matière\\s+de|du\\s+point\\s+de\\s+vue\\s+d(?:e\\s+la|"   \
  "es|u|e)|"                                                                                       \
  "quant\\s+(?:à|aux?)|en\\s+ce\\s+qui\\s+concerne|concernant|selon|"                             \
  "sur\\s+le\\s+plan\\s+d(?:e\\s+la|es|u|e))"                                                      \
  "\\s+(?<t>.+))?$"

#define NUMBER "(?:\\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|quelques)"

#define ADVANTAGES "avantages|bénéfices|forces|atouts|points\\s+forts|le\\s+pour"
#define DISADVANTAGES                                                                              \
  "inconvénients|désavantages|risques|faiblesses|limites|dangers|points\\s+faibles|coûts|"      \
  "le\\s+contre"
#define OF "(?:\\s+(?<o>de\\s+la|de\\s+l['’]|des|du|de|d['’]|à|pour)\\s*(?<x>.+))?$"
#define AND "\\s*(?:,?\\s+(?:et|ou|ainsi\\s+que)\\s+|/)(?:les?\\s+)?"

/* "nos trois contrats", by their common names. */
#define DOCUMENTS                                                                                  \
  "(?:tous\\s+|toutes\\s+)?(?:(?:les|nos|mes|ces|vos|leurs|des)\\s+)?(?:" NUMBER "\\s+)?"          \
  "(?<d>contrats|accords|conventions|offres|devis|documents|fichiers|rapports|articles|études|"   \
  "baux|procès-verbaux|textes|sources|propositions|factures|polices|versions|projets)"            \
  "(?:\\s+(?:de\\s+fourniture|de\\s+location|de\\s+travail|ci-joints?))?"
#define ABOUT                                                                                          \
  "(?:sur|concernant|à\\s+propos\\s+d(?:e|u|es)|au\\s+sujet\\s+d(?:e|u|es)|quant\\s+(?:à|aux?)|"     \
  "en\\s+termes\\s+d(?:e|u|es)|en\\s+matière\\s+d(?:e|u|es)|en\\s+ce\\s+qui\\s+concerne|d(?:e|u|es))" \
  "(?:\\s+(?:las?|les?)\\b|\\s+l['’])?"

const SortieQuestionTable sortie_question_table_fr = {
  .patterns = {
    [SORTIE_PATTERN_CONNECTIVE] = "^(?:et|aussi|puis|ensuite|d['’]abord|enfin)\\b[\\s,:]*",
    [SORTIE_PATTERN_OPENER] =
        "^(?:(?:s['’]il\\s+(?:te|vous)\\s+plaît|merci\\s+de|veuillez|bonjour)\\b[\\s,!:]*|"
        "(?:pourriez|pouvez|peux|pourrais)[-\\s](?:vous|tu)\\s+(?:(?:me|nous|m['’])\\s*)?|"
        "(?:j['’]aimerais|je\\s+voudrais|je\\s+veux|nous\\s+voulons|"
        "nous\\s+aimerions)\\s+(?:savoir|comprendre|connaître)[\\s,:]*|"
        "(?:dites?|dis)[-\\s](?:moi|nous)[\\s,:]*)",
    [SORTIE_PATTERN_REQUEST] =
        "^(?:expliqu(?:e[rz]?|ez)|décri(?:s|vez|re)|présente[rz]?|résume[rz]?|liste[rz]?|"
        "énumère[rz]?|énumérez|analyse[rz]?|"
        "examine[rz]?|identifie[rz]?|défini(?:s|ssez|r)|indique[rz]?|détermine[rz]?|"
        "évalue[rz]?|rédige[rz]?|écri(?:s|vez|re)|"
        "donne[rz]?|fai(?:s|tes|re)|prépare[rz]?|cherche[rz]?|recherche[rz]?|trouve[rz]?|"
        "montre[rz]?|discute[rz]?)\\b"
        "(?:[-\\s]+(?:moi|nous|brièvement|en\\s+détail|rapidement))*"
        "(?:\\s+(?:(?:une?|le|la|les|tous\\s+les|toutes\\s+les)\\s+)?(?:(?:court|courte|bref|"
        "brève|petit)\\s+)*(?:rapport|résumé|aperçu|"
        "synthèse|introduction|explication|description|analyse|article|"
        "informations)\\b(?:\\s+(?:sur|de\\s+la|des|du|de|à\\s+propos\\s+de))?)?"
        "(?:\\s+(?:sur|à\\s+propos\\s+de))?(?:\\s+|$)",
    [SORTIE_PATTERN_QUESTION] =
        "^(?:(?:à|en|de|dans|pour|par|avec|sur|sous|chez|depuis|jusqu['’]à)\\s+)?(?:que|"
        "qu['’]|quoi|quels?|quelles?|qui|quand|où|"
        "pourquoi|comment|combien|lequel|laquelle|lesquels|lesquelles|est-ce)\\b|^(?:peut|"
        "doit|faut|existe|sont|est)[-\\s]",
    [SORTIE_PATTERN_LEAD] =
        "^(?:que\\s+(?:dit|disent|prévoit|prévoient)\\s+.{0,60}?\\s+(?:sur|"
        "à\\s+propos\\s+d(?:e|es|u)|concernant|au\\s+sujet\\s+d(?:e|es|u))\\s+(?:(?:les?|"
        "la)\\s+|l['’])?|"
        "(?:quels?|quelles?|qui)\\s+(?:est|sont|était|étaient)\\s+(?:(?:les?|la|une?)\\s+|"
        "l['’])?|"
        "qu['’]est-ce\\s+(?:que\\s+c['’]est\\s+que\\s+|qu['’]|que\\s+)(?:(?:les?|la|une?)\\s+|"
        "l['’])?)",
    [SORTIE_PATTERN_DOCUMENTS] =
        "[,\\s]*\\b(?:selon|d['’]après|dans|à\\s+partir\\s+d(?:e|es))\\s+(?:(?:les?|ces|mes|"
        "nos|tous\\s+les)\\s+)?(?:documents?|fichiers?|"
        "sources?|textes?)(?:\\s+(?:fournis|joints|disponibles))?\\b|\\bdisent\\s+(?:les|ces|"
        "mes|nos)\\s+(?:documents|fichiers|sources|textes)\\b",
    [SORTIE_PATTERN_LENGTH] =
        "[,;]?\\s*\\b(?:en|avec|de|sur|sous|dans|au\\s+plus|maximum|max\\.?|environ)"
        "(?:\\s+(?:environ|au\\s+plus|au\\s+maximum|maximum|max\\.?|moins\\s+de|seulement|"
        "exactement))*\\s+" NUMBER
        "(?:\\s*(?:-|–|à|ou)\\s*" NUMBER ")?\\s+(?:mots?|phrases?|paragraphes?|pages?|lignes?|"
        "points|caractères)\\b",
    [SORTIE_PATTERN_FORM] =
        "[,;]?\\s*(?:\\b(?:sous\\s+(?:la\\s+)?forme\\s+d(?:e\\s+|"
        "['’]))(?:une?\\s+)?(?:tableau|listes?|puces|points)|\\b(?:dans|en)\\s+"
        "(?:une?\\s+)?(?:tableau|liste|puces)|\\bavec\\s+(?:les\\s+)?(?:sources|citations|"
        "références)|\\ben\\s+termes\\s+simples|"
        "\\bbrièvement|\\ben\\s+bref)(?=\\s*(?:$|[.,;:]))",
    [SORTIE_PATTERN_CLAUSE] =
        "(?:[,;]\\s*(?:et\\s+|ou\\s+|mais\\s+)?|\\s+(?:et|ou)\\s+)(?=(?:(?:à|en|de|dans|pour|"
        "par|avec|sur)\\s+(?:quoi|quels?|quelles?|qui)|"
        "quels?|quelles?|quand|où|pourquoi|comment|combien|qu['’]est-ce|est-ce)\\b)",
    [SORTIE_PATTERN_LIST_END] = "\\s*,?\\s+(?:et|ou|ainsi\\s+que|&)\\s+",
    [SORTIE_PATTERN_BOUNDARY] =
        "^(?:sur|de|du|des|pour|par|avec|dans|en|à|au|aux|entre|sont|est|concernant|selon|"
        "sous|notamment|comprend|"
        "comprennent|décrivez|expliquez|expliquer|décrire|définir)$",
    [SORTIE_PATTERN_WEAK_BOUNDARY] = "^(?:en|dans|par|avec|à|au|aux|sous)$",
    [SORTIE_PATTERN_TAIL] =
        "\\s+(?:(?:de|du|des|dans|en|pour|sous|entre|par|sur|avec|selon|pendant|lors|chez|au|"
        "aux|à)\\s.+|"
        "(?:diffèrent|fonctionnent|s['’]appliquent|signifient|sont|est|ont|doivent|"
        "peuvent)\\b.*|d['’].+)$",
    [SORTIE_PATTERN_VERB] =
        "\\b(?:est|sont|était|étaient|a|ont|avait|sera|seront|peut|peuvent|doit|doivent|si|"
        "parce|lorsque|quand|qui|que)\\b",
    [SORTIE_PATTERN_ASPECT] = ",?\\s+(?<p>dans|pour|sous|lors\\s+d(?:e|u|es)|chez|"
        "en)\\s+(?<t>[^,]+)$",
    [SORTIE_PATTERN_THAT_OF] = "^(?:ceux|celles|celui|celle)\\s+(?:de\\s+la|des|du|"
        "de)\\s+(?<b>.+)$",
    [SORTIE_PATTERN_ANAPHORA] =
        "\\b(?:il|elle|ils|elles|lui|leurs?|son|sa|ses|ce|cela|ça|cette|ces|celui-ci|celle-ci|"
        "ceux-ci|y|en)\\b",
    [SORTIE_PATTERN_DETERMINER] = "^(?:(?:les?|la|une?|des|du|leurs?|ses|son|sa)\\s+|l['’])",
    [SORTIE_PATTERN_MEASURE] = "\\b(?:pendant\\s+)?combien(?:\\s+de\\s+temps)?\\b",
    [SORTIE_PATTERN_DEFINES] = "(?:\\bqu['’]est-ce\\s+qu|\\bquel(?:le)?s?\\s+(?:est|sont)|"
        "\\bdéfini|\\bque\\s+signifie)",
    [SORTIE_PATTERN_COUNTS] = "\\b(?:combien|quand|à\\s+quelle\\s+(?:date|fréquence)|"
        "pendant\\s+combien)\\b",
    [SORTIE_PATTERN_REASONS] = "\\b(?:pourquoi|pour\\s+quelles?\\s+raisons?|raisons?)\\b",
    [SORTIE_PATTERN_ACROSS] =
        "^(?:compare[rz]?\\s+)?(?:ce\\s+)?que\\s+disent\\s+" DOCUMENTS "\\s+" ABOUT
        "\\s*(?<t>.+)$|"
        "^compare[rz]?\\s+" DOCUMENTS "\\s+" ABOUT "\\s*(?<t>.+)$|"
        "\\b(?:en\\s+quoi|comment)\\s+" DOCUMENTS "\\s+(?:diffèrent|se\\s+distinguent)"
        "(?:-(?:ils|elles))?\\s+" ABOUT "\\s*(?<t>.+)$|"
        "\\bdifférences?\\s+(?:y\\s+a-t-il\\s+|il\\s+y\\s+a\\s+)?entre\\s+" DOCUMENTS "\\s+" ABOUT
        "\\s*(?<t>.+)$|"
        "^compare[rz]?\\s+" DOCUMENTS "(?:\\s+entre\\s+(?:eux|elles))?$",
  },
  .comparisons = {
    "^(?:compare[rz]?|comparaison\\s+d(?:e|u|es))\\s+(?<a>.+?)\\s+(?:avec|à|au|aux|contre|"
    "versus|vs\\.?)\\s+(?<b>.+?)" ASPECT,
    "^(?:compare[rz]?|comparaison\\s+d(?:e|u|es))\\s+(?<a>.+?),?\\s+et\\s+(?<b>.+?)" ASPECT,
    "\\b(?:différences?|similitudes|points\\s+communs|comparaison|distinction|"
    "rapport)(?:\\s+(?:et|ou)\\s+(?:les\\s+)?(?:similitudes|"
    "différences))?\\s+(?:y\\s+a-t-il\\s+|"
    "il\\s+y\\s+a\\s+)?entre\\s+(?<a>.+?),?\\s+et\\s+(?<b>.+?)" ASPECT,
    "\\b(?:en\\s+quoi|comment)\\s+(?<a>.+?)\\s+(?:diffère(?:nt)?|"
    "se\\s+distingue(?:nt)?)(?:-t-(?:il|elle|ils|elles))?\\s+d(?:e|u|es)\\s+(?<b>.+?)" ASPECT,
    "\\b(?:en\\s+quoi|comment)\\s+(?<a>.+?)\\s+et\\s+(?<b>.+?)\\s+(?:diffèrent|"
    "se\\s+distinguent)(?:-(?:ils|elles))?(?:\\s+(?:en|sur|quant\\s+à)\\s+(?<t>.+))?$",
    "\\bqu['’]est-ce\\s+qui\\s+distingue\\s+(?<a>.+?)\\s+d(?:e|u|es)\\s+(?<b>.+?)" ASPECT,
    "^(?<a>.{1,120}?)\\s+(?:versus|vs\\.?|par\\s+rapport\\s+(?:à|aux?)|comparée?s?\\s+(?:à|"
    "aux?))\\s+(?<b>.+?)" ASPECT,
  },
  .advantages_first = "\\b(?<p>" ADVANTAGES ")" AND "(?<c>" DISADVANTAGES ")\\b" OF,
  .disadvantages_first = "\\b(?<p>" DISADVANTAGES ")" AND "(?<c>" ADVANTAGES ")\\b" OF,
  .advantages = "avantage bénéfice atout",
  .disadvantages = "inconvénient désavantage risque faiblesse limite",
  .advantage_cues =
      "avantage avantages bénéfice atout utile meilleur mieux simple simplifie facile "
      "facilite rapide efficace améliore permet permettent possible pratique flexible robuste "
      "fiable sûr sécurité économise réduit évite empêche aide adapté idéal indépendant garantit",
  .disadvantage_cues =
      "inconvénient inconvénients risque risques limite limites problème problèmes faiblesse "
      "danger dangereux ne échoue échec lent coûteux cher coût difficile difficulté complexe "
      "compliqué perd perte erreur erreurs impossible vulnérable conflit contrainte cependant "
      "mais malheureusement jamais déconseillé pire",
  .and_word = "et",
  .generic =
      " expliquer expliquez explique decrire decrivez decris presenter presentez presente "
      "resumer resumez resume lister listez liste "
      "enumerez enumere analyser analysez analyse examiner examinez identifier identifiez "
      "definir definissez definis indiquer indiquez indique "
      "determiner evaluer evaluez rediger redigez ecrire ecrivez donner donnez donne faire "
      "faites preparer preparez chercher cherchez "
      "recherchez trouver trouvez montrer montrez rapport apercu synthese introduction "
      "explication description information informations "
      "dit disent prevoit prevoient signifie signifient fonctionne fonctionnent difference "
      "differences different differents differer "
      "diffère differe different comparer comparez compare comparaison similitudes versus vs "
      "important importants principaux principales "
      "divers plusieurs facon maniere type types sorte sortes savoir connaitre comprendre "
      "question questions reponse sujet documents concernant ",
  .form =
      " repondre repondez reponds ecrire ecrivez ecris redigez utiliser utilisez utilise "
      "citer citez cite inclure format sortie resumer resumez resume "
      "rapport tableau tableaux puces points liste listes court courte bref breve brievement "
      "concis clair simple langue francais anglais "
      "allemand espagnol mot mots phrase phrases page pages paragraphe paragraphes source "
      "sources citation citations references markdown "
      "maximum minimum limite longueur style ton formel seulement uniquement documents "
      "document fournis texte textes titre titres section "
      "sections precis neutre structure resultat resultats tout deux trois quatre cinq dix ",
  .pairs = " offre/demande recherche/developpement hygiene/securite cause/effet "
      "conditions/generales aller/retour ",
};
