"""Show which words ask to be left alone, and which only look like it."""

from __future__ import annotations

import pytest

from lib.core.answers.optout_words import optout_words

WISHES = {
    "en": [
        "Please remove me from your list.",
        "unsubscribe",
        "Hi Ann,\n\nplease stop emailing me. Thanks\nBob",
        "Take me off your mailing list, please.",
        "Kindly don't contact me again.",
        "I'd appreciate it if you removed me from your database.",
        "Not interested. Please do not\nemail me again.",
        "STOP",
        "I no longer wish to receive these emails.",
        "I don't want to hear from you again",
        "Could you please delete my data?",
        "No more emails please.",
        "Please unsubscribe me",
        "not interested, pls unsubscribe",
    ],
    "de": [
        "Bitte nehmen Sie mich aus Ihrem Verteiler.",
        "Bitte löschen Sie meine Daten.",
        "Schreiben Sie mir bitte nicht mehr.",
        "Ich möchte keine weiteren E-Mails erhalten.",
        "Bitte kontaktieren Sie mich nicht mehr.",
        "Abmelden",
        "Bitte keine weiteren Mails.",
    ],
    "fr": [
        "Merci de me retirer de votre liste.",
        "Veuillez supprimer mes données.",
        "Ne me contactez plus.",
        "Je ne souhaite plus recevoir vos messages.",
        "Désinscrivez-moi, svp.",
    ],
    "es": [
        "Por favor, elimínenme de su base de datos.",
        "No me escriban más.",
        "No quiero recibir más correos.",
        "Deje de escribirme.",
        "Quiero darme de baja",
    ],
    "pt": [
        "Por favor, remova-me da sua lista.",
        "Não me envie mais e-mails.",
        "Pare de me enviar mensagens.",
        "Não quero receber mais mensagens.",
    ],
    "it": [
        "Cancellatemi dalla vostra lista.",
        "Vi prego di rimuovermi dai vostri contatti.",
        "Non contattatemi più.",
        "Non voglio più ricevere e-mail.",
    ],
    "nl": [
        "Verwijder mij uit uw bestand.",
        "Graag mij uitschrijven.",
        "Mail mij niet meer.",
        "Neem geen contact meer met mij op.",
        "Ik wil geen mails meer ontvangen.",
    ],
}
NO_WISHES = [
    "Please don't remove me from your list, I like it.",
    "I don't want you to remove me from your list.",
    "Please remove me from the Java team's shortlist but keep me for Go.",
    "Please don't contact me at work, use my private address.",
    "If it isn't remote, please remove me from your list.",
    "I never asked to be unsubscribed.",
    "You can remove me from consideration for this one, but keep me in mind for others.",
    "Please remove me from your list for Berlin, but please keep me for Munich.",
    "Don't contact me before Monday, I am travelling.",
    "I built an unsubscribe service at my last company and would love to tell you about it over a call.",
    "We stop sending newsletters when users opt out; that was my project.",
    "Please remove me from consideration.",
    "Not interested, thanks.",
    "Nein danke, kein Interesse.",
    "Bitte löschen Sie mich nicht aus Ihrem Verteiler.",
    "Ne me retirez pas de votre liste !",
    "No me borren, me interesa.",
    "Rather not hear from me about this? Opt out here: https://optout.example.com/t/abc",
    "",
]


@pytest.mark.parametrize(
    ("language", "text"), [(key, text) for key, texts in WISHES.items() for text in texts]
)
def test_wish_to_be_left_alone_is_found(language: str, text: str) -> None:
    words = optout_words(text)
    assert words, language
    assert words.casefold() in " ".join(text.split()).casefold()


@pytest.mark.parametrize("text", NO_WISHES)
def test_what_is_turned_round_or_about_one_thing_is_no_wish(text: str) -> None:
    assert optout_words(text) == ""


def test_a_word_alone_counts_only_in_a_short_text() -> None:
    story = (
        "At my last job I wrote the code behind the link that people click on when they want no more mail:\n"
    )
    assert optout_words("Hello,\nunsubscribe\nBob") == "unsubscribe"
    assert optout_words(f"{story}unsubscribe\nIt ran for years.") == ""
