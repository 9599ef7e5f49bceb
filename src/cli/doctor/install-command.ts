/** How a package is installed here; undefined where that is not known. Linux tells by `ID` and `ID_LIKE` of /etc/os-release. */
export function installCommand(
  { platform, osRelease }: { readonly platform: string; readonly osRelease: string | undefined },
  packageName: string,
): string | undefined {
  if (platform === "darwin") {
    return `brew install ${packageName}`;
  }
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
