// shows: the component factory runs before everything else
// manifest: {launcher: Main, hit: {factory: Maker}}
// hit: [serial before_consent = factory Maker.instantiateApplication]
// miss: [serial present = Maker.instantiateApplication]

class Main extends Activity { }
class Maker extends AppComponentFactory {
  public Application instantiateApplication(ClassLoader loader, String name) {
    String id = SERIAL;
    return super.instantiateApplication(loader, name);
  }
}
