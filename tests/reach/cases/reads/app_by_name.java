// shows: whether one other app is there; the own package is none
// manifest: {launcher: Main}
// hit: [installed_apps@PackageManager.getPackageInfo before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      getPackageManager().getPackageInfo("com.tencent.mm", 0);  // hit
      getPackageManager().getPackageInfo("cn.example", 0);      // miss
    } catch (Exception error) { }
  }
}
