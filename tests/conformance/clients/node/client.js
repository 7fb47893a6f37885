// Copyright (c) 2026, the bastion.routeros contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// node-routeros: does what stdin lists, [port, [[sentence...], ...]], one JSON line for each; all at once when told so.

const { RouterOSAPI } = require("node-routeros");

async function attempt(api, sentence) {
  try {
    return { rows: await api.write(sentence) };
  } catch (error) {
    return { error: error.message };
  }
}

async function main(port, sentences, together) {
  const api = new RouterOSAPI({ host: "127.0.0.1", port, user: "admin", password: "", timeout: 5 });
  await api.connect();
  const answers = [];
  if (together) {
    answers.push(...(await Promise.all(sentences.map((sentence) => attempt(api, sentence)))));
  } else {
    for (const sentence of sentences) {
      answers.push(await attempt(api, sentence));
    }
  }
  for (const answer of answers) {
    console.log(JSON.stringify(answer));
  }
  await api.close();
}

// what this client does not understand it throws out of an event; that is an answer, too
process.on("uncaughtException", (error) => {
  console.log(JSON.stringify({ thrown: error.message }));
  process.exit(0);
});

let text = "";
process.stdin.on("data", (data) => (text += data));
process.stdin.on("end", () => {
  const [port, sentences, together] = JSON.parse(text);
  main(port, sentences, together).catch((error) => {
    console.log(JSON.stringify({ thrown: error.message }));
    process.exit(1);
  });
});
