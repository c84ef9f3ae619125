// An example to begin with: two mails, and two candidates at addresses that belong to nobody.
export const EXAMPLE = {
  name: "Engineers, autumn",
  window: { "mon-fri": ["09:00-12:00", "13:00-17:00"], holidays: "DE" },
  steps: [
    {
      id: "intro", subject: "{{ role }} at Northwind", delay: "P0D",
      text: 'Hi {{ first_name }},\n\nI look after hiring for the engineering teams at Northwind. From what you do at {{ company | default: "your company" }} '
        + "I believe you would like what we build, and we are looking for a {{ role }}.\n\nWould you have twenty minutes for a call in the coming days? "
        + "If the time is wrong, a word is enough and I will not trouble you again.\n\nBest wishes,\n{{ sender_name }}",
    },
    {
      id: "nudge", subject: "", delay: "3 business days", thread: "reply",
      text: "Hi {{ first_name }},\n\nI know how full a week can get, so just one line more on the {{ role }} position: the team lead is happy to "
        + "answer technical questions first.\n\nShall I put you in touch?\n\nBest wishes,\n{{ sender_name }}",
    },
  ],
};

export const EXAMPLE_LIST = `email,name,timezone,country,company,role
ada@example.com,Ada Berger,Europe/Berlin,DE-BY,Helix Analytics,Staff Engineer
bruno@example.org,Bruno Silva,America/Sao_Paulo,BR,,Backend Engineer
`;
