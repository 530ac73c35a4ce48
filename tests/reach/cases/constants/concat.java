// shows: two texts joined
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String first = "android_";
    String key = first.concat("id");                            // hit
    String key = first.concat("no");                            // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
