#!/usr/bin/env bash
# Builds the trainer with its native tensor library and starts it:  services/Trainer/run.sh train --out runs/picto
#
#   TRAINER_HOME  where the build goes (default: .trainer in the user's cache folder)
#   TRAINER_BUILD=0  starts the last build as it is
#
# The tensor library needs the C++ runtime of GCC 13. Where the system's is older (Debian 12, Ubuntu 22.04) the four
# runtime packages of the next release are unpacked into a folder of their own; nothing of the system changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${TRAINER_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/multimodalmesh/trainer}
app=$home/app
mkdir -p "$home"

if [ "${TRAINER_BUILD:-1}" != 0 ] || [ ! -e "$app/MultiModalMesh.Trainer.dll" ]; then
  # Two builds into one folder would break each other.
  if command -v flock > /dev/null; then exec 9> "$home/build.lock"; flock 9; fi
  dotnet publish "$here/Trainer.csproj" -c Release -p:LibTorch=cpu --artifacts-path "$home/artifacts" -o "$app" \
    --nologo -v quiet -clp:ErrorsOnly
  exec 9>&-
fi

# One arena keeps glibc from holding on to what every thread once used; passive waiting leaves shared cores to others.
export MALLOC_ARENA_MAX=1 OMP_WAIT_POLICY=passive
[ -n "${DOTNET_ROOT:-}" ] || DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
export DOTNET_ROOT

system_is_new_enough() {
  [ "$(uname -s)" = Linux ] || return 0
  local library
  library=$(ldconfig -p 2>/dev/null | awk '/libstdc\+\+\.so\.6 .*x86-64/ { print $NF; exit }')
  [ -n "$library" ] && grep -q GLIBCXX_3.4.32 "$library"
}

fetch_runtime() {
  local folder=$1 suite mirror keyring
  . /etc/os-release
  case "${ID:-}" in
    debian) suite=trixie mirror=http://deb.debian.org/debian keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
    ubuntu) suite=noble mirror=http://archive.ubuntu.com/ubuntu keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
    *) echo "trainer: libstdc++ of GCC 13 or newer (GLIBCXX_3.4.32) is needed; install it, then start again." >&2; exit 1 ;;
  esac
  local apt=$folder.apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs" "$apt/root"
  echo "deb [signed-by=$keyring] $mirror $suite main universe" > "$apt/sources.list"
  [ "$ID" = ubuntu ] || sed -i 's/ universe$//' "$apt/sources.list"
  local options=(-qq -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Architecture=amd64)
  apt-get "${options[@]}" update
  (cd "$apt/debs" && apt-get "${options[@]}" download "libc6/$suite" "libstdc++6/$suite" "libgcc-s1/$suite" "libgomp1/$suite" "patchelf/$suite")
  local deb
  for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$apt/root"; done
  mkdir -p "$folder.new"
  find "$apt/root" \( -path '*/x86_64-linux-gnu/*.so*' -o -name 'ld-linux-x86-64.so.2' -o -path '*/bin/patchelf' \) \
    -not -path '*/gconv/*' -not -path '*/audit/*' \( -type f -o -type l \) -exec cp -L {} "$folder.new/" \;
  rm -rf "$apt"
  mv "$folder.new" "$folder"
}

program=$app/MultiModalMesh.Trainer
if system_is_new_enough; then exec "$program" "$@"; fi

runtime=$home/runtime
[ -d "$runtime" ] || fetch_runtime "$runtime"
if [ "$program" -nt "$program.private" ]; then
  # A running program cannot be written to, but it can be replaced.
  cp "$program" "$program.new"
  "$runtime/ld-linux-x86-64.so.2" --library-path "$runtime" "$runtime/patchelf" --set-interpreter "$runtime/ld-linux-x86-64.so.2" "$program.new"
  mv -f "$program.new" "$program.private"
fi
LD_LIBRARY_PATH=$runtime${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$program.private" "$@"
