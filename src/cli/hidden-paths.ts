import { join } from "node:path";

/** Where programs keep keys, passwords and sessions of web sites. `sandbox_hidden_paths` replaces the list. */
export function defaultHiddenPaths(userHome: string): string[] {
  return HIDDEN_IN_HOME.map((path) => join(userHome, path));
}

const HIDDEN_IN_HOME: readonly string[] = [
  // Keys and passwords of a person.
  ...[".ssh", ".gnupg", ".password-store", ".local/share/keyrings", ".local/share/kwalletd"],
  ...[
    ".config/op",
    ".config/1Password",
    ".1password",
    ".config/Bitwarden CLI",
    ".config/age",
    ".config/sops",
  ],
  ...["Library/Keychains", ".Xauthority", ".ICEauthority"],
  // Clouds and clusters.
  ...[".aws", ".azure", ".config/gcloud", ".boto", ".s3cfg", ".config/rclone", ".oci", ".config/doctl"],
  ...[".kube", ".docker/config.json", ".config/containers/auth.json", ".config/helm/registry"],
  ...[".terraform.d/credentials.tfrc.json", ".terraformrc", ".vault-token", ".config/hcloud", ".fly"],
  // Logins of tools.
  ...[".netrc", "_netrc", ".git-credentials", ".config/git/credentials", ".config/gh", ".config/glab-cli"],
  ...[".config/hub", ".npmrc", ".yarnrc.yml", ".pypirc", ".gem/credentials", ".cargo/credentials"],
  ...[".cargo/credentials.toml", ".pgpass", ".my.cnf", ".huggingface/token", ".cache/huggingface/token"],
  // Browsers and mail.
  ...[".mozilla", ".thunderbird", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware"],
  ...[".config/microsoft-edge", ".config/vivaldi", ".config/opera", "snap/firefox", "snap/chromium"],
  ...[".var/app/org.mozilla.firefox", ".var/app/com.google.Chrome", "Library/Cookies", "Library/Safari"],
  ...["Library/Application Support/Firefox", "Library/Application Support/Google/Chrome"],
];
