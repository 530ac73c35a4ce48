// shows: all launchable apps
// manifest: {launcher: Main}
// hit: [installed_apps@PackageManager.queryIntentActivities before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    Intent intent = new Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER);
    getPackageManager().queryIntentActivities(intent, 0);       // hit
    getPackageManager().hasSystemFeature("android.hardware.nfc"); // miss
  }
}
