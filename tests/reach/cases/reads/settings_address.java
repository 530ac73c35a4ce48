// shows: a setting that is asked of its provider by its address
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    getContentResolver().query(Settings.Secure.getUriFor("android_id"), null, null, null, null); // hit
    getContentResolver().query(Settings.Secure.getUriFor("accessibility_enabled"), null, null, null, null); // miss
  }
}
