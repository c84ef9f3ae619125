"""Show that no person's answer is taken for a machine's, and what else is read from people's answers."""

from __future__ import annotations

import pytest

from lib.core.classify import understand
from lib.core.records import Interest, ReplyKind
from tests.core.test_classify import answer
from tests.core.test_reply_text import REPLIES

RE, ROLE = "Re: A role", "A role"
#: Subject and text of invented people's answers, near what machines write where that could mislead.
PEOPLE = [
    (RE, "I'm out of office until Monday, but yes, let's talk."),
    (RE, "I am currently on vacation with limited access to email. Can we speak in March?"),
    (RE, "Sorry, I was out of the office. Here is my CV."),
    (RE, "This is not an automatic reply, I promise! Call me."),
    (RE, "Was that an automated message? If a person wrote it: I'm interested."),
    (RE, "Thank you for your message. I will be on parental leave until June."),
    (RE, "Your mail bounced when I forwarded it to my colleague: 550 5.1.1 user unknown."),
    (RE, "Your mailbox seems to be full, delivery to you failed yesterday."),
    (RE, "I got a 'delivery status notification (failure)' for my last answer. Did this one arrive?"),
    (RE, "We have received your request and my wife says I should take it."),
    (RE, "Auto-reply systems are what I build. Tell me more."),
    (RE, "I run the postmaster team here. What is the role?"),
    ("RE: Automatic reply: A role", "I am back now. Let's talk."),
    ("Re: Out of office", "You were away, so I write again: yes."),
    ("AW: Abwesenheitsnotiz: A role", "Bin wieder da, gern telefonieren wir."),
    ("Re: Undeliverable: A role", "You should have it now."),
    ("Out of the box thinking", "I liked your mail."),
    ("Automation engineer role", "I am interested in the automation role."),
    ("Auto industry experience", "I worked at two car makers."),
    ("Away game on Friday?", "Let us talk after the match."),
    ("Vacation policy", "How many days of vacation do you give?"),
    ("Leave and notice period", "I have three months of notice."),
    ("Question about the holiday allowance", "Is it 30 days?"),
    ("Absent on Monday?", "I can do Tuesday instead."),
    ("Your automatic reply", "I got your automatic reply, so I try once more."),
    ("Failure modes in distributed systems", "As promised, my talk. It is about mail delivery failure."),
    ("Delivery manager role", "Yes, I'd like to hear about the delivery manager role."),
    ("Thank you for your mail", "I'd be glad to talk next week."),
    ("", "Yes."),
    ("A role", "Yes, please call me."),
    ("Fwd: A role", "Ben, is this for you?"),
    ("Accepted: Interview", "See you there."),
    ("Automatic transmission expert", "That is me."),
    (RE, "Ich bin bis 12. März im Urlaub, danach gern."),
    (RE, "Ich bin derzeit nicht im Büro, melde mich am Montag."),
    (RE, "Das ist keine automatische Antwort. Ich habe Interesse!"),
    (RE, "Vielen Dank für Ihre Nachricht! Ich bin nicht wechselwillig."),
    ("Urlaubsregelung", "Wie viele Tage Urlaub gibt es?"),
    ("Abwesenheit am Freitag", "Da kann ich nicht, Montag passt."),
    ("Rückfrage", "Ist die Stelle remote?"),
    ("WG: A role", "Frau Meier, bitte übernehmen Sie."),
    (RE, "Je suis en vacances jusqu'au 14, appelez-moi ensuite."),
    (RE, "Ce n'est pas une réponse automatique : je suis partant."),
    ("Congés payés", "Combien de jours de congés ?"),
    ("Réponse à votre message", "Oui, avec plaisir."),
    ("TR : A role", "Pour toi ?"),
    (RE, "Estoy de vacaciones, hablemos el lunes."),
    (RE, "Gracias por su mensaje. ¿Es una respuesta automática?"),
    ("Vacaciones y salario", "¿Cuántos días de vacaciones hay?"),
    (RE, "Estou de férias, mas quero saber mais."),
    (RE, "Obrigado pela mensagem, podemos conversar amanhã."),
    ("Férias e benefícios", "Quantos dias de férias?"),
    (RE, "Sono in ferie, ci sentiamo lunedì?"),
    (RE, "Grazie per la mail, mi interessa."),
    ("Ferie e stipendio", "Quanti giorni di ferie ci sono?"),
    (RE, "Ik ben met vakantie tot maandag, daarna graag."),
    ("Vakantiedagen", "Hoeveel vakantiedagen zijn er?"),
    (RE, "Jag är på semester, ring mig på måndag."),
    (RE, "Jeg er på ferie, men ring gerne."),
    (RE, "Jestem na urlopie, odezwę się w poniedziałek."),
    (RE, "休暇中ですが、興味があります。"),
    (RE, "我在休假,下周可以聊。"),
    (RE, "X-Autoreply: yes is a header I set in my own mail server, funny that you ask."),
    (RE, "Undeliverable parcels are our business, not undeliverable mail."),
    (RE, "ok"),
    (RE, "\U0001f44d"),
]


@pytest.mark.parametrize(("subject", "text"), PEOPLE)
def test_persons_answer_is_never_a_machines(subject: str, text: str) -> None:
    message = answer(text)
    message.replace_header("Subject", subject)
    message["X-Auto-Response-Suppress"] = "All"
    assert understand(bytes(message)).kind is ReplyKind.PERSON


def test_false_alarms_are_printed_and_there_are_none() -> None:
    texts = [(RE, text) for text, _ in REPLIES.values()] + PEOPLE
    alarms = 0
    for subject, text in texts:
        message = answer(text)
        message.replace_header("Subject", subject)
        alarms += understand(bytes(message)).kind is not ReplyKind.PERSON
    print(f"people's answers: {alarms} false alarms in {len(texts)}")
    assert len(PEOPLE) >= 60
    assert alarms == 0


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_answer_in_any_programs_form_is_a_persons(name: str) -> None:
    assert understand(bytes(answer(REPLIES[name][0]))).kind is ReplyKind.PERSON


def test_opt_out_in_words_is_the_writers_own_only() -> None:
    asked = understand(bytes(answer("Please remove me from your list.\n\nAnn")))
    assert (asked.kind, asked.interest) == (ReplyKind.OPT_OUT, None)
    quote = (
        "On Mon, 23 Feb 2026 at 10:00 Eve <eve@example.com> wrote:\n"
        "> Say unsubscribe and I stop.\n> Please remove me from your list.\n"
    )
    assert understand(bytes(answer(f"Yes, tell me more.\n\n{quote}"))).kind is ReplyKind.PERSON
    assert understand(bytes(answer(quote))).kind is ReplyKind.PERSON


def test_automatic_answer_comes_before_opt_out() -> None:
    raw = bytes(answer("Please remove me from your list.", Auto_Submitted="auto-replied"))
    assert understand(raw).kind is ReplyKind.AUTOMATIC


def test_interest_is_proposed_with_the_words_that_led_to_it() -> None:
    found = understand(bytes(answer("Thanks, this sounds interesting.")))
    assert (found.interest, found.interest_words) == (Interest.INTERESTED, "sounds interesting")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Fwd: A role", "For you?"),
        ("WG: A role", "Für dich?"),
        (RE, "I've forwarded your mail to my colleague Ben."),
        (RE, "Ich habe Ihre Nachricht an einen Kollegen weitergeleitet."),
        (RE, "J'ai transmis votre message à un collègue."),
    ],
)
def test_forward_to_somebody_else_is_told(subject: str, text: str) -> None:
    message = answer(text)
    message.replace_header("Subject", subject)
    assert understand(bytes(message)).forwarded
    assert not understand(bytes(answer())).forwarded


def test_attachments_are_named_and_pictures_in_the_text_are_not() -> None:
    message = answer("My CV.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../My CV.pdf")
    message.add_attachment(
        b"x", maintype="image", subtype="png", filename="logo.png", disposition="inline", cid="<a@b>"
    )
    found = understand(bytes(message))
    assert (found.attachments, found.text) == (("My CV.pdf",), "My CV.")


def test_many_attachments_are_bounded() -> None:
    message = answer("Many.")
    for number in range(30):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}{'n' * 300}.png")
    names = understand(bytes(message)).attachments
    assert (len(names), max(map(len, names))) == (20, 200)


def test_mail_sent_inside_is_no_text_of_the_answer() -> None:
    inner = answer("Please remove me from your list.")
    message = answer("See the attached mail.")
    message.add_attachment(inner)
    found = understand(bytes(message))
    assert (found.kind, found.text, found.attachments) == (
        ReplyKind.PERSON,
        "See the attached mail.",
        ("mail.eml",),
    )
