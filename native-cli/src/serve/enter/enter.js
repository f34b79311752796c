// Exchanges the link's fragment, or a token that is typed, for the cookie of this server.

const said = document.getElementById('said');
const form = document.getElementById('form');
const field = document.getElementById('token');

async function enter(secret) {
  const answer = await fetch('session', { method: 'POST', body: secret, cache: 'no-store' });
  if (answer.ok) location.replace('../');
  return answer.ok;
}

function ask(why) {
  said.textContent = why;
  form.hidden = false;
  field.focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const secret = field.value.trim();
  field.value = '';
  if (!(await enter(secret))) ask('That is not the token of this server.');
});

const ticket = location.hash.slice(1);
// Out of the address and the history before anything else happens.
if (ticket) history.replaceState(null, '', location.pathname);
if (!ticket) ask('This server wants to know who reads.');
else if (!(await enter(ticket))) ask('This link was used already: a link works once.');
