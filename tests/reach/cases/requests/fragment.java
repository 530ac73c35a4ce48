// shows: a fragment asks
// manifest: {launcher: Main}
// hit: [asks ACCESS_FINE_LOCATION before_consent = launcher Main.onCreate > lifecycle Page.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    getFragmentManager().beginTransaction().add(1, new Page()).commit();
  }
}
class Page extends Fragment {
  public Page() { }
  public void onCreate(Bundle state) {
    requestPermissions(new String[] {"android.permission.ACCESS_FINE_LOCATION"}, 1); // hit
    shouldShowRequestPermissionRationale("android.permission.ACCESS_FINE_LOCATION"); // miss
  }
}
