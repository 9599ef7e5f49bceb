/** How a package is installed on this system, from `ID` and `ID_LIKE` of /etc/os-release; undefined where that is not known. */
export function installCommand(osRelease: string | undefined, packageName: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, "m").exec(osRelease ?? "")?.[1] ?? "";
  const families = [field("ID"), ...field("ID_LIKE").split(" ")];
  const command = families.map((family) => INSTALLERS.get(family)).find((known) => known !== undefined);
  return command === undefined ? undefined : `${command} ${packageName}`;
}

const INSTALLERS: ReadonlyMap<string, string> = new Map([
  ["debian", "sudo apt install"],
  ["ubuntu", "sudo apt install"],
  ["fedora", "sudo dnf install"],
  ["rhel", "sudo dnf install"],
  ["arch", "sudo pacman -S"],
  ["suse", "sudo zypper install"],
  ["opensuse", "sudo zypper install"],
  ["alpine", "sudo apk add"],
]);
