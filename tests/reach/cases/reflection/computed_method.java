// shows: a method name that comes from outside is said not to be known
// manifest: {launcher: Main}
// hit: []
// miss: [imei before_consent = launcher Main.onCreate]
// coverage: {hit: [reflection], miss: []}

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      String name = getIntent().getStringExtra("name");         // hit
      String name = "getImei";                                  // miss
      TelephonyManager.class.getMethod(name).invoke(phone);
    } catch (Exception error) { }
  }
}
