// shows: the list of apps; the own package is none
// manifest: {launcher: Main}
// hit: [installed_apps@PackageManager.getInstalledPackages before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      getPackageManager().getInstalledPackages(0);              // hit
      getPackageManager().getPackageInfo(getPackageName(), 0);  // miss
    } catch (Exception error) { }
  }
}
